import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { FailoverSettings } from '../contract/api/failover.ts';
import { answer, print, wholeNumber } from './command.ts';
import { openDesk } from './demo/desk.ts';
import { Faults } from './demo/faults.ts';
import { mountSmallDisk } from './demo/small-disk.ts';
import { UnderstudyError } from '../contract/errors.ts';
import { errorCode } from '../platform/read-bytes.ts';
import { untilSignal } from './signals.ts';
import { startSite, type RecorderSite } from './site/site.ts';

interface DemoCommand {
  readonly port: number;
  readonly httpPort: number;
  readonly cameras: number;
  readonly camera: readonly string[];
  readonly keep?: boolean;
  readonly json?: boolean;
}

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('Play the whole thing on this machine: simulated cameras, recorders, a failover server.')
    .option('-p, --port <port>', 'port of the demo page on 127.0.0.1; 0: any free one', wholeNumber(0, 65_535), 15_470)
    .option('--http-port <port>', 'port of the failover server’s pages; 0: any free one', wholeNumber(0, 65_535), 15_480)
    .option('-n, --cameras <count>', 'simulated cameras per recorder', wholeNumber(1, 16), 4)
    .option('--camera <url>', 'add a camera of your own to Recorder 1 (rtsp://user:password@host/path); may be repeated', (url: string, all: string[]) => [...all, url], [] as string[])
    .option('--keep', 'keep the folder with footage and logs')
    .option('--json', 'first line of output as JSON: {"ready":true,"url":…,"failoverUrl":…,"token":…}; progress goes to stderr')
    .addHelpText('after', '\nIt runs until Ctrl-C. Everything lies in a temporary folder.\n\nExamples:\n  understudy demo\n  understudy demo --camera rtsp://user:secret@192.0.2.17/stream1')
    .action(async (options: DemoCommand) => {
      await answer(options, async () => await run(options));
    });
}

const shortened = (settings: FailoverSettings): FailoverSettings => ({
  ...settings,
  timeouts: { allowShorter: true, connectedMs: 15_000, startedMs: 15_000, keepAliveMs: 5_000, normalShutdownMs: 60_000, abnormalShutdownMs: 20_000, holdDownMs: 5_000 },
});

async function run(options: DemoCommand) {
  const tell = options.json === true ? (text: string): void => void process.stderr.write(`${text}\n`) : print;
  // Asked before anything is started: the pages are opened last.
  await mustBeFree(options.port, '--port');
  await mustBeFree(options.httpPort, '--http-port');
  const folder = await mkdtemp(join(tmpdir(), 'understudy-demo-'));
  const endings: (() => Promise<unknown>)[] = [];
  try {
    const smallDisks = new Set<number>();
    const site = await startSite({
      folder,
      recorders: 3,
      camerasPerRecorder: options.cameras,
      httpPort: options.httpPort,
      settings: shortened,
      standbyOf: (recorder) => (recorder === 0 ? 'hot' : 'cold'),
      ownCameras: options.camera,
      storeOf: async (recorder, at) => {
        const path = join(at, 'footage');
        const disk = await mountSmallDisk(path);
        if (disk !== null) {
          smallDisks.add(recorder);
          endings.push(() => disk.unmount());
        }
        return path;
      },
      log: (text) => tell(`  ${text}`),
    });
    endings.unshift(() => site.close());
    // The last camera of Recorder 3 lies in a network that the failover server cannot reach.
    const hidden = 3 * options.cameras;
    await site.fault(hidden, { clients: { allow: ['agent:Understudy recorder'], deny: [], how: 'mute' } });
    await site.api.call('check.run');
    const faults = new Faults(site, new Set(site.recorders.filter((_, index): boolean => smallDisks.has(index))) satisfies ReadonlySet<RecorderSite>);
    const logInUrl = `${site.failover.ready.url.replace(/\/$/, '')}/login#token=${site.token}`;
    const desk = await openDesk({ site, faults, port: options.port, logInUrl, notProtected: `Camera ${hidden} answers its recorder, but not the failover server.` });
    endings.unshift(() => desk.close());
    if (options.json === true) print(JSON.stringify({ ready: true, url: desk.url, failoverUrl: site.failover.ready.url, token: site.token }));
    else print(`\n  Open  ${desk.url}\n\n  It leads on to the failover server’s pages with the token filled in: press Log in.\n  (Or open ${site.failover.ready.url} yourself and log in with the token ${site.token})\n\n  Ctrl-C ends the demo.`);
    const reason = await untilSignal();
    tell('\n  Ending …');
    return { json: { ended: reason, ...(options.keep ? { folder } : {}) }, text: options.keep ? `Footage and logs: ${folder}` : 'The demo has ended.' };
  } finally {
    for (const end of endings) await end();
    if (!options.keep) await rm(folder, { recursive: true, force: true });
  }
}

async function mustBeFree(port: number, field: string): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((free, fail) => server.once('error', fail).listen(port, '127.0.0.1', free));
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE') throw error;
    throw new UnderstudyError('input.invalid', `Port ${port} is used by another program, perhaps by another demo.`, {
      field, cause: error, advice: `End that one, or choose another port: npm start -- ${field} 0`,
    });
  }
  await new Promise((closed) => server.close(closed));
}
