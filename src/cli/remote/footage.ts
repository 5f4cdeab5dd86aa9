import { type Command, Option } from 'commander';
import { createWriteStream } from 'node:fs';
import { parse, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UnderstudyError } from '../../contract/errors.ts';
import { answer, table } from '../command.ts';
import { connect, remote, type Client, type RemoteOptions } from './client.ts';
import { bytesText, codecText, durationText, parseMoment, utc } from './words.ts';

interface SpanOptions extends RemoteOptions {
  readonly from: number;
  readonly to: number;
}

const span = (command: Command): Command =>
  remote(command)
    .requiredOption('--from <moment>', 'like 2026-06-01T12:00:00Z, or -10m', parseMoment(Date.now()))
    .addOption(new Option('--to <moment>', 'like 2026-06-01T12:05:00Z, or -5m').argParser(parseMoment(Date.now())).default(Date.now(), 'now'));
const us = (ms: number): number => Math.round(ms * 1000);

/** Server by name, camera by id or name. */
async function cameraOf(client: Client, server: string, camera: string): Promise<{ readonly server: string; readonly camera: string }> {
  const all = (await client.call('footage.cameras')).filter((one) => one.serverId === server || one.serverName.toLowerCase() === server.toLowerCase());
  const found = all.find((one) => one.cameraId === camera) ?? all.find((one) => one.name.toLowerCase() === camera.toLowerCase());
  if (found !== undefined) return { server: found.serverId, camera: found.cameraId };
  throw new UnderstudyError('input.not-found', `There is no camera "${camera}" of "${server}".`, { advice: 'List them: understudy footage cameras' });
}

/** Newest frame of each camera at its recorder, as its keep-alives told, ms. */
async function newestOfRecorders(client: Client, servers: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
  const newest = new Map<string, number>();
  for (const server of servers) {
    const { cameraList } = await client.call('servers.get', { params: { server } });
    for (const { cameraId, recorder } of cameraList) if (recorder !== null && recorder.newestUs !== null) newest.set(`${server}/${cameraId}`, recorder.newestUs / 1000);
  }
  return newest;
}

export function registerFootage(program: Command): void {
  const footage = program.command('footage').description('Footage over both machines: cameras, timeline, clips, evidence locks.');
  remote(footage.command('cameras').description('Cameras with footage: the newest of their recorder, and what lies on this failover server.')).action(async (options: RemoteOptions) => {
    await answer(options, async () => {
      const client = await connect(options);
      const list = await client.call('footage.cameras');
      const newest = await newestOfRecorders(client, new Set(list.filter(({ removed }) => !removed).map(({ serverId }) => serverId)));
      const rows = list.map((one) => [one.serverName, one.name, one.cameraId, utc(newest.get(`${one.serverId}/${one.cameraId}`) ?? null), utc(one.span === null ? null : one.span.fromUs / 1000), utc(one.span === null ? null : one.span.toUs / 1000), bytesText(one.bytesHere)]);
      return { json: list, text: list.length === 0 ? 'No footage yet.' : `${table(['server', 'camera', 'id', 'recorder, newest (UTC)', 'here from (UTC)', 'here to (UTC)', 'here'], rows)}\n\n"here" is this failover server. All of a camera, on both machines: understudy footage timeline <server> <camera> --from -1d` };
    });
  });
  span(footage.command('timeline <server> <camera>').description('Who recorded what, and gaps with their reason.'))
    .addHelpText('after', '\nExample:\n  understudy footage timeline North Gate --from -1h')
    .action(async (server: string, camera: string, options: SpanOptions) => {
      await answer(options, async () => {
        const client = await connect(options);
        const key = await cameraOf(client, server, camera);
        const found = await client.call('footage.timeline', { params: { server: key.server }, query: { fromUs: us(options.from), toUs: us(options.to), cameras: key.camera, pixels: 10_000 } });
        const line = found.cameras[0];
        const parts = [
          ...(line?.spans ?? []).map((one) => ({ ...one, text: `${one.by}${one.provisional ? ', provisional' : ''}${one.locked ? ', locked' : ''}` })),
          ...(line?.gaps ?? []).map((one) => ({ ...one, text: `GAP: ${one.reason.text}` })),
        ].toSorted((a, b) => a.fromUs - b.fromUs);
        const rows = parts.map((one) => [new Date(one.fromUs / 1000).toISOString(), new Date(one.toUs / 1000).toISOString(), durationText((one.toUs - one.fromUs) / 1000), one.text]);
        return { json: found, text: rows.length === 0 ? 'Nothing in this span.' : table(['from', 'to', 'length', ''], rows) };
      });
    });
  span(footage.command('clip <server> <camera> <file>').description('Download a clip as one MP4 file; as several where the camera changed its codec.'))
    .addHelpText('after', '\nExample:\n  understudy footage clip North Gate gate.mp4 --from 2026-06-01T12:00:00Z --to 2026-06-01T12:05:00Z')
    .action(async (server: string, camera: string, file: string, options: SpanOptions) => {
      await answer(options, async () => {
        const client = await connect(options);
        const params = await cameraOf(client, server, camera);
        const span = { fromUs: us(options.from), toUs: us(options.to) };
        const parts = await client.call('footage.clips', { params, query: span });
        // One at a time, in order: without footage the one that was asked for says so.
        const wanted = parts.length < 2 ? [{ ...span, path: file, codec: parts[0]?.codec }] : parts.map((part, i) => ({ ...part, path: numbered(file, i + 1) }));
        for (const { fromUs, toUs, path } of wanted)
          await pipeline(await client.stream('footage.clip', { params, query: { fromUs, toUs } }), createWriteStream(path, { flags: 'wx' }));
        const files = wanted.map(({ path, fromUs, toUs, codec }) => ({ file: resolve(path), fromUs, toUs, codec }));
        if (parts.length < 2) return { json: { file: resolve(file), files }, text: `Written to ${file}.` };
        const lines = wanted.map(({ path, fromUs, toUs, codec }) => `  ${path}  ${new Date(fromUs / 1000).toISOString()} to ${new Date(toUs / 1000).toISOString()}, ${codecText(codec)}`);
        return { json: { file: files[0]?.file, files }, text: `The camera changed its codec meanwhile, which no player shows in one file. Written to\n${lines.join('\n')}` };
      });
    });
  registerLocks(footage);
}

/** `gate.mp4` → `gate-2.mp4`. */
function numbered(file: string, number: number): string {
  const { dir, name, ext } = parse(file);
  return `${dir === '' ? '' : dir.endsWith('/') ? dir : `${dir}/`}${name}-${number}${ext}`;
}

function registerLocks(footage: Command): void {
  span(footage.command('lock <server> <camera>').description('Lock footage: it is not deleted until unlocked, on either machine.'))
    .requiredOption('--reason <text>', 'why')
    .addHelpText('after', '\nExample:\n  understudy footage lock North Gate --from 2026-06-01T12:00:00Z --to 2026-06-01T12:05:00Z --reason "Theft at the gate"')
    .action(async (server: string, camera: string, options: SpanOptions & { readonly reason: string }) => {
      await answer(options, async () => {
        const client = await connect(options);
        const key = await cameraOf(client, server, camera);
        const lock = await client.call('locks.create', { body: { serverId: key.server, cameraId: key.camera, fromUs: us(options.from), toUs: us(options.to), reason: options.reason } });
        return { json: lock, text: `Locked: ${lock.id}` };
      });
    });
  remote(footage.command('unlock <id>').description('Unlock footage.')).action(async (id: string, options: RemoteOptions) => {
    await answer(options, async () => {
      await (await connect(options)).call('locks.remove', { params: { lock: id } });
      return { json: { unlocked: id }, text: 'Unlocked.' };
    });
  });
  remote(footage.command('locks').description('Evidence locks.')).action(async (options: RemoteOptions) => {
    await answer(options, async () => {
      const list = await (await connect(options)).call('locks.list');
      const rows = list.map((one) => [one.id, one.serverId, one.cameraId, utc(one.fromUs / 1000), utc(one.toUs / 1000), one.lockedBy, one.reason]);
      return { json: list, text: list.length === 0 ? 'Nothing is locked.' : table(['id', 'server', 'camera', 'from (UTC)', 'to (UTC)', 'by', 'why'], rows) };
    });
  });
}
