import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { LifeSign } from '../../src/contract/link.ts';
import type { LinkEvent } from '../../src/failover/link/contract.ts';
import type { AgentAlarm } from '../../src/agent/silence.ts';
import { someProgress } from './fake-recorder.ts';
import { Rig, until } from './rig.ts';

const rig = new Rig();
afterEach(async () => await rig.end());

const signs = (events: readonly LinkEvent[]): LifeSign[] => events.flatMap((event) => (event.type === 'life sign' ? [event.sign] : []));

async function linked(more: { readonly through?: 'proxy'; readonly onAlarm?: (alarm: AgentAlarm) => void } = {}) {
  const agent = await rig.agent('rec-1', more.onAlarm === undefined ? {} : { onAlarm: more.onAlarm });
  const { pin, welcome } = await rig.pair(agent);
  const proxy = await rig.proxy(agent.port);
  const { links, events } = await rig.links();
  const target = { serverId: 'rec-1', host: '127.0.0.1', port: more.through === 'proxy' ? proxy.port : agent.port, pin, instance: welcome.instance };
  links.set(target);
  await until('the first keep-alive', () => signs(events).length > 0);
  return { agent, proxy, links, events, target, pin };
}

describe('life signs', () => {
  test('what the recorder does arrives in order, each once', async () => {
    const { agent, events } = await linked();
    const { recorder } = agent;
    recorder.set({ phase: 'starting', boot: 'boot-2', progress: null });
    recorder.emit({ type: 'starting', boot: 'boot-2' });
    recorder.set({ phase: 'running', progress: someProgress('d2') });
    recorder.emit({ type: 'started', boot: 'boot-2' });
    recorder.set({ phase: 'stopped by error', progress: null });
    recorder.emit({ type: 'exited', boot: 'boot-2', kind: 'abnormal', code: null, signal: 'SIGKILL', restartInMs: 3000 });
    await until('the abnormal shutdown', () => signs(events).some((sign) => sign.type === 'abnormal shutdown'));
    const all = signs(events);
    expect(all.filter((sign) => sign.type !== 'keep-alive').map((sign) => `${sign.type} ${sign.boot}`)).toEqual(['startup boot-2', 'abnormal shutdown boot-2']);
    expect(all.map((sign) => sign.seq)).toEqual([...new Set(all.map((sign) => sign.seq))].toSorted((a, b) => a - b));
    const beats = all.filter((sign) => sign.type === 'keep-alive');
    expect(new Set(beats.map((beat) => `${beat.boot} ${beat.phase}`))).toEqual(new Set(['boot-1 running', 'boot-2 starting', 'boot-2 running']));
    expect(beats.at(-1)?.progress.settingsDigest).toBe('d2');
  });

  test('keep-alives come as often as told, and a new pace needs no pause', async () => {
    const { links, events } = await linked();
    await until('ten of them', () => signs(events).length > 10);
    links.setKeepAlive({ everyMs: 50, timeoutMs: 3000 });
    await until('the new pace', () => events.filter((event) => event.type === 'connected').length === 2);
    const before = signs(events).length;
    await new Promise((done) => setTimeout(done, 1000));
    expect(signs(events).length - before).toBeGreaterThan(14);
    expect(events.some((event) => event.type === 'disconnected')).toBe(false);
  });

  test('a recorder that gives no progress shows the age of the last one, not a fresh look', async () => {
    const { agent, events } = await linked();
    agent.recorder.set({ progress: null });
    await until('an aged keep-alive', () => signs(events).some((sign) => sign.type === 'keep-alive' && (sign.progressAgeMs ?? 0) > 5000));
    const aged = signs(events).findLast((sign) => sign.type === 'keep-alive');
    expect(aged?.progress.cameras).toHaveLength(1);
  });

  test('a stop on purpose is told before the recorder ends, once, and no keep-alive says running after it', async () => {
    const { agent, events } = await linked();
    await agent.stop({ reason: 'update of the host', leaveRecorder: false });
    await until('the end', () => events.some((event) => event.type === 'disconnected'));
    const all = signs(events);
    const at = all.findIndex((sign) => sign.type === 'normal shutdown');
    expect(all[at]).toMatchObject({ type: 'normal shutdown', reason: 'update of the host', boot: 'boot-1' });
    expect(all.slice(at + 1).filter((sign) => sign.type !== 'keep-alive')).toMatchObject([{ type: 'agent exit', recorderGoesOn: false }]);
    expect(all.slice(at).every((sign) => sign.type !== 'keep-alive' || sign.phase === 'stopped normally')).toBe(true);
    expect(agent.recorder.calls).toEqual(['start', 'stop update of the host']);
  });

  test('an agent that ends alone leaves the recorder and says so', async () => {
    const { agent, events } = await linked();
    await agent.stop({ reason: 'update of the agent', leaveRecorder: true });
    await until('the end', () => events.some((event) => event.type === 'disconnected'));
    expect(signs(events).at(-1)).toMatchObject({ type: 'agent exit', recorderGoesOn: true });
    expect(agent.recorder.calls).toEqual(['start', 'detach']);
  });
});

describe('a link that falls silent', () => {
  test('N14: behind a forgotten connection a second one is dialled at once, and life signs go on', async () => {
    const { proxy, events } = await linked({ through: 'proxy' });
    const before = proxy.accepted();
    const cutAt = performance.now();
    proxy.silence('old ones only');
    const seen = signs(events).length;
    await until('life signs again', () => signs(events).length > seen + 3);
    // Far below any keep-alive time-out, and wide enough for a busy machine.
    expect(performance.now() - cutAt).toBeLessThan(7000);
    expect(proxy.accepted()).toBeGreaterThan(before);
    expect(events.some((event) => event.type === 'disconnected')).toBe(false); // the old one is closed only when the new one spoke
    expect(events.filter((event) => event.type === 'connected').length).toBe(2);
  });

  test('a host that is really gone is dialled again and again, bounded, and is back soon after it answers', async () => {
    const { proxy, links, events } = await linked({ through: 'proxy' });
    const before = proxy.accepted();
    proxy.silence('new ones too');
    await new Promise((done) => setTimeout(done, 9000));
    expect(proxy.accepted() - before).toBeLessThan(12);
    expect(links.status('rec-1')?.connections).toBeLessThanOrEqual(3);
    const seen = signs(events).length;
    proxy.heal();
    const healed = performance.now();
    await until('life signs again', () => signs(events).length > seen);
    expect(performance.now() - healed).toBeLessThan(6000);
  });

  test('the agent raises its own alarm when the failover server is silent, and ends it when it is back', async () => {
    const alarms: AgentAlarm[] = [];
    const { agent, links, target } = await linked({ onAlarm: (alarm) => alarms.push(alarm) });
    links.remove('rec-1');
    await until('the alarm', () => alarms.length === 1);
    expect(alarms[0]).toMatchObject({ on: true, text: expect.stringContaining('not protected now') as string });
    expect(agent.recorder.calls).toEqual(['start']); // the recorder goes on
    links.set(target);
    await until('its end', () => alarms.length === 2);
    expect(alarms[1]).toMatchObject({ on: false });
  });
});

describe('who is who', () => {
  test('R17: another installation under the same id is refused and reported', async () => {
    const { agent, pin } = await linked();
    const { links, events } = await rig.links('fo-1');
    links.set({ serverId: 'rec-1', host: '127.0.0.1', port: agent.port, pin, instance: 'another-instance' });
    await until('trouble', () => events.length > 0);
    expect(events[0]).toMatchObject({ type: 'trouble', code: 'link.identity-twice' });
    expect(events.some((event) => event.type === 'connected' || event.type === 'life sign')).toBe(false);
  });

  test('a connection that the monitor refuses is closed, reported, and tried again', async () => {
    const { links, events } = await linked();
    const first = events.find((event) => event.type === 'connected');
    links.refuse('rec-1', first?.connection ?? -1, 'link.identity-twice', 'two of them');
    await until('the next', () => events.filter((event) => event.type === 'connected').length === 2);
    expect(events.some((event) => event.type === 'trouble' && event.code === 'link.identity-twice')).toBe(true);
  });

  test('the clock offset between the hosts is measured', async () => {
    const { events, links } = await linked();
    await until('a measure', () => events.some((event) => event.type === 'clock offset'));
    const { clockOffset } = links.status('rec-1') ?? {};
    const { offsetMs = NaN, plusMinusMs = NaN } = clockOffset ?? {};
    expect(Math.abs(offsetMs)).toBeLessThanOrEqual(plusMinusMs); // the same machine: the truth is 0
    expect(plusMinusMs).toBeLessThan(1000);
  });
});

describe('requests', () => {
  test('answers, errors of the other side and errors of the question keep their codes', async () => {
    const { links } = await linked();
    expect(await links.request('rec-1', 'footage.pointer', { failoverAddress: 'f', monitoredAddress: 'm' })).toEqual({ written: false, file: null, line: 'Value=<f><m>' });
    const span = { fromUs: 0, toUs: 1 };
    await expect(links.request('rec-1', 'footage.coverage', { serverId: 'rec-1', cameraId: 'c', span })).rejects.toMatchObject({ code: 'input.not-found' });
    await expect(links.request('rec-1', 'footage.unlock', { id: '' })).rejects.toMatchObject({ code: 'input.invalid' });
    await expect(links.request('rec-1', 'settings.get', {})).rejects.toMatchObject({ code: 'link.protocol' }); // needs a bulk connection
    await expect(links.request('nobody', 'footage.unlock', { id: 'x' })).rejects.toMatchObject({ code: 'input.not-found' });
  });

  test('settings come with their files, and go back', async () => {
    const { agent, links } = await linked();
    const got = await links.bulk('rec-1', 'settings.get', {});
    expect(got.result.files).toHaveLength(1);
    const parts: Uint8Array[] = [];
    for await (const part of got.body) parts.push(part);
    expect(Buffer.concat(parts).toString()).toBe('hello');

    const put = await links.bulk('rec-1', 'settings.put', { files: got.result.files }, from([new TextEncoder().encode('hel'), new TextEncoder().encode('lo')]));
    expect(put.result).toEqual({ digest: 'd2' });
    expect(agent.recorder.calls.at(-1)).toBe('put settings.json hello');
  });

  test('settings that arrive changed, short or long are refused and nothing is put', async () => {
    const { agent, links } = await linked();
    const files = [{ path: 'a.json', bytes: 5, sha256: createHash('sha256').update('hello').digest('hex') }];
    for (const [text, code] of [
      ['jello', 'backup.corrupt'],
      ['hell', 'link.protocol'],
      ['hello!', 'link.protocol'],
    ] as const)
      await expect(links.bulk('rec-1', 'settings.put', { files }, from([new TextEncoder().encode(text)]))).rejects.toMatchObject({ code });
    await expect(links.bulk('rec-1', 'settings.put', { files: [{ path: '../etc/passwd', bytes: 0, sha256: '0'.repeat(64) }] }, from([]))).rejects.toMatchObject({ code: 'input.invalid' });
    expect(agent.recorder.calls).toEqual(['start']);
  });

  test('B05: 50 MB go through in bounded memory, also when the reader is slow, while life signs go on', async () => {
    const { agent, links, events } = await linked();
    const bytes = 50 * 1024 * 1024;
    let made = 0;
    agent.recorder.bodyBytes = bytes;
    agent.recorder.body = async function* () {
      for (; made < bytes; made += 65_536) yield new Uint8Array(65_536).fill(made / 65_536);
    };
    const { body } = await links.bulk('rec-1', 'settings.get', {});
    await new Promise((done) => setTimeout(done, 500));
    expect(made).toBeLessThan(25 * 1024 * 1024); // nobody reads: the sender waits
    const seen = signs(events).length;
    let got = 0;
    for await (const part of body) {
      got += part.length;
      if (got < 4 * 1024 * 1024) await new Promise((done) => setTimeout(done, 5));
    }
    expect(got).toBe(bytes);
    expect(signs(events).length).toBeGreaterThan(seen);
  });

  test('a body that breaks off in the middle is an error, not a short answer', async () => {
    const { agent, links } = await linked();
    agent.recorder.bodyBytes = 100;
    const { body } = await links.bulk('rec-1', 'settings.get', {}); // five bytes come instead
    await expect(drain(body)).rejects.toMatchObject({ code: 'link.protocol', message: expect.stringContaining('changed while it was read') as string });
  });
});

async function* from(parts: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* parts;
}
async function drain(body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _part of body) {
    // only its end matters
  }
}
