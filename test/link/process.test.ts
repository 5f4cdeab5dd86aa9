import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';
import type { LinkEvent } from '../../src/failover/link/contract.ts';
import { pairServer } from '../../src/failover/link/pair.ts';
import { systemTimers } from '../../src/platform/clock.ts';
import { Rig, until } from './rig.ts';

const rig = new Rig();
afterEach(async () => await rig.end());

interface Started {
  readonly child: ChildProcess;
  readonly port: number;
  readonly secret: string | null;
}

async function agentProcess(port = 0): Promise<Started> {
  const loader = new URL('../../scripts/ts.mjs', import.meta.url).href;
  const program = new URL('./agent-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', loader, program, await rig.folder('rec-1'), String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  rig.onEnd(() => child.kill('SIGKILL'));
  const line = await new Promise<string>((done, fail) => {
    createInterface({ input: child.stdout }).once('line', done);
    child.once('exit', (code) => fail(new Error(`The agent ended with ${code}`)));
  });
  return { child, ...(JSON.parse(line) as { port: number; secret: string | null }) };
}

async function linked() {
  const agent = await agentProcess();
  const self = { id: 'fo-1', name: 'Failover fo-1' };
  const { pin, welcome } = await pairServer({ transport: await rig.transport('fo-1'), timers: systemTimers, self, host: '127.0.0.1', port: agent.port, secret: agent.secret ?? '', move: false });
  const { links, events } = await rig.links('fo-1', { everyMs: 100, timeoutMs: 30_000 });
  links.set({ serverId: 'rec-1', host: '127.0.0.1', port: agent.port, pin, instance: welcome.instance });
  await until('the first keep-alive', () => count(events, 'life sign') > 0);
  return { agent, events, links };
}

const count = (events: readonly LinkEvent[], type: LinkEvent['type']): number => events.filter((event) => event.type === type).length;

describe('two processes', () => {
  test('an agent that is killed is missed at once, found again on the same port, and is another boot of the same installation', async () => {
    const { agent, events } = await linked();
    agent.child.kill('SIGKILL');
    await until('the loss', () => count(events, 'disconnected') === 1, 2000);
    await agentProcess(agent.port);
    await until('the return', () => count(events, 'connected') === 2);
    const [before, after] = events.filter((event) => event.type === 'connected');
    expect(after?.instance).toBe(before?.instance);
    expect(after?.agentBoot).not.toBe(before?.agentBoot);
    const signs = events.slice(events.indexOf(after as LinkEvent)).flatMap((event) => (event.type === 'life sign' ? [event.sign.agentBoot] : []));
    expect(signs.every((boot) => boot === after?.agentBoot)).toBe(true);
  });

  test('an agent that is frozen is dialled beside the silent connection, and goes on by itself', async () => {
    const { agent, events, links } = await linked();
    agent.child.kill('SIGSTOP');
    const seen = count(events, 'life sign');
    await new Promise((done) => setTimeout(done, 5000));
    expect(count(events, 'disconnected')).toBe(0); // nobody said goodbye: only silence
    expect(links.status('rec-1')?.connections).toBeLessThanOrEqual(3);
    agent.child.kill('SIGCONT');
    await until('life signs again', () => count(events, 'life sign') > seen + 5, 3000);
    await until('one connection', () => links.status('rec-1')?.connections === 1);
  });

  test('S27: after our own event loop stood still for 3 s, the unread life signs come before any judgement', async () => {
    const { events, links } = await linked();
    await new Promise((done) => setTimeout(done, 1500));
    const [connected, seen] = [count(events, 'connected'), count(events, 'life sign')];
    const until3s = performance.now() + 3000;
    while (performance.now() < until3s);
    await new Promise((done) => setTimeout(done, 1500));
    expect(count(events, 'life sign') - seen).toBeGreaterThan(30); // all of them, one each 100 ms
    expect(count(events, 'connected')).toBe(connected); // no second connection was thought to be needed
    expect(links.status('rec-1')?.connections).toBe(1);
  });
});
