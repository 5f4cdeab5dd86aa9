import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ClipPart, FootageCamera } from '../../src/contract/api/footage.ts';
import { run } from '../recorder/rig.ts';

const camera: FootageCamera = { serverId: 'north', serverName: 'North', cameraId: 'gate', name: 'Gate', span: null, bytesHere: 0, live: false, follows: false, removed: false };
const at = Date.UTC(2026, 5, 1, 12) * 1000;

/** What a failover server answers whose camera's footage comes in these parts. */
async function failoverServer(parts: readonly ClipPart[]): Promise<string> {
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '', 'http://x');
    const answer = pathname.endsWith('/footage') ? JSON.stringify([camera]) : pathname.endsWith('/clips') ? JSON.stringify(parts) : `clip${search}`;
    response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a clip over a change of the codec becomes one file for each, and it is said', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clip-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const span = ['--from', '2026-06-01T12:00:00Z', '--to', '2026-06-01T12:00:10Z'];
  const size = { width: 320, height: 240 };
  const first = { fromUs: at, toUs: at + 3_000_000, codec: 'h264' as const, ...size };
  const second = { fromUs: at + 3_000_000, toUs: at + 10_000_000, codec: 'h265' as const, ...size };

  const whole = await failoverServer([{ ...first, toUs: second.toUs }]);
  expect(await run(['footage', 'clip', 'North', 'Gate', join(folder, 'one.mp4'), ...span, '--url', whole])).toMatchObject({ code: 0 });
  expect(await readdir(folder)).toEqual(['one.mp4']);

  const changed = await failoverServer([first, second]);
  const ran = await run(['footage', 'clip', 'North', 'Gate', join(folder, 'two.mp4'), ...span, '--url', changed]);
  expect(ran.code).toBe(0);
  expect(ran.out).toMatch(/changed its codec[^]*two-1\.mp4 .*12:00:00\.000Z to .*12:00:03\.000Z, H\.264[^]*two-2\.mp4 .*H\.265/);
  expect((await readdir(folder)).toSorted()).toEqual(['one.mp4', 'two-1.mp4', 'two-2.mp4']);
  expect(await readFile(join(folder, 'two-2.mp4'), 'utf8')).toBe(`clip?fromUs=${second.fromUs}&toUs=${second.toUs}`);
  const json = JSON.parse((await run(['footage', 'clip', 'North', 'Gate', join(folder, 'three.mp4'), ...span, '--url', changed, '--json'])).out) as { files: { file: string; codec: string }[] };
  expect(json.files.map(({ file, codec }) => [file, codec])).toEqual([[join(folder, 'three-1.mp4'), 'h264'], [join(folder, 'three-2.mp4'), 'h265']]);
});
