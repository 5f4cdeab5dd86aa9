import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { UnderstudyError } from '../contract/errors.ts';
import { rtspUrlRule } from '../contract/settings.ts';
import { isAstray } from '../core/clocks.ts';
import { loginTrap, splitCredentials } from '../recorder/camera-csv.ts';
import type { CameraSource } from '../video/contract.ts';
import type { CameraProbe } from '../video/probe/probe.ts';
import { type Answer, answer, wholeNumber } from './command.ts';
import { noSuchCamera } from './camera-remove.ts';
import { readForEdit } from './edit-settings.ts';
import { exitCodes } from './exit-codes.ts';
import { readPassword } from './password.ts';

interface TestOptions {
  readonly folder?: string;
  readonly url?: string;
  readonly username?: string;
  readonly password?: string;
  readonly passwordStdin?: boolean;
  readonly seconds?: number;
  readonly still?: string;
  readonly json?: boolean;
}

export function registerCameraTest(camera: Command): void {
  camera
    .command('test')
    .argument('[id]', 'id of a camera of the folder; or give --url')
    .description('Look at a camera for some seconds: codec, size, frame rate, peak bit rate, clock, a still, a second session.')
    .option('-f, --folder <dir>', 'settings folder of the recorder')
    .option('-u, --url <rtsp-url>', 'a camera that is in no folder')
    .option('--username <name>', 'user name, with --url')
    .option('--password <password>', 'password, with --url; other users of this machine may see it in the process list')
    .option('--password-stdin', 'read the password from standard input (first line)')
    .option('--seconds <n>', 'look at most this long', wholeNumber(1, 120), 12)
    .option('--still <file>', 'write the first key frame there, as MP4 that a browser shows')
    .option('--json', 'answer as JSON')
    .addHelpText(
      'after',
      `
Exit code 5 if the camera does not answer as it should.

Examples:
  understudy camera test gate-north --folder /srv/recorder --still gate.mp4
  understudy camera test --url rtsp://viewer:secret@10.0.0.21/stream1`,
    )
    .action(async (id: string | undefined, options: TestOptions) => {
      await answer(options, async () => await test(id, options));
    });
}

async function test(id: string | undefined, options: TestOptions): Promise<Answer> {
  const { name, source } = await chosen(id, options);
  const { probeCamera } = await import('../video/probe/probe.ts');
  const probe = await probeCamera(source, { seconds: options.seconds ?? 12 });
  if (options.still !== undefined && probe.still !== null) await writeFile(options.still, probe.still);
  const { still, ...facts } = probe;
  const written = options.still !== undefined && still !== null ? options.still : null;
  return {
    json: { camera: name, ok: probe.reason === null, ...facts, still: written },
    text: report(name, probe, written),
    exitCode: probe.reason === null ? exitCodes.ok : exitCodes.unreachable,
  };
}

async function chosen(id: string | undefined, options: TestOptions): Promise<{ readonly name: string; readonly source: CameraSource }> {
  if ((id === undefined) === (options.url === undefined))
    throw new UnderstudyError('input.invalid', 'Give either the id of a camera or --url.', { field: 'id', advice: 'understudy camera test --help shows examples.' });
  if (options.url !== undefined) return { name: hostOnly(options.url), source: await fromUrl(options.url, options) };
  if (options.folder === undefined)
    throw new UnderstudyError('input.invalid', 'To test a camera by its id, --folder is needed.', { field: 'folder' });
  const { cameras } = await readForEdit(options.folder);
  const camera = cameras.find((one) => one.id === id);
  if (camera === undefined) throw noSuchCamera(id ?? '', cameras.map((one) => one.id));
  const { url, username, password, transport, audio } = camera;
  return {
    name: camera.name,
    source: { url, transport, audio, ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) },
  };
}

async function fromUrl(text: string, options: TestOptions): Promise<CameraSource> {
  const trap = loginTrap(text);
  if (trap !== null) throw new UnderstudyError('input.invalid', trap, { field: 'url' });
  const { url, ...inside } = splitCredentials(text);
  const parsed = rtspUrlRule.safeParse(url);
  if (!parsed.success) throw new UnderstudyError('input.invalid', parsed.error.issues[0]?.message ?? 'Not an address.', { field: 'url' });
  const username = options.username ?? inside.username;
  const password = (await readPassword(options)) ?? inside.password;
  return { url, transport: 'auto', audio: false, ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

function hostOnly(text: string): string {
  return URL.canParse(text) ? new URL(text).host : 'camera';
}

const unknown = 'not known';

function report(name: string, probe: CameraProbe, still: string | null): string {
  if (probe.reason !== null && probe.codec === null) return `${name}: ${probe.reason.text} (${probe.reason.code})`;
  const rate = probe.peakBitsPerSecond === null ? unknown : `${(probe.peakBitsPerSecond / 1e6).toFixed(2)} Mbit/s`;
  const offset = probe.clockOffsetMs;
  const lines: readonly (readonly [string, string])[] = [
    ['video', `${codecName(probe.codec)}, ${probe.width ?? '?'}×${probe.height ?? '?'}, ${probe.framesPerSecond?.toFixed(1) ?? '?'} frames/s`],
    ['peak bit rate', rate],
    ['key frame every', probe.gopMs === null ? `longer than the look` : `${(probe.gopMs / 1000).toFixed(1)} s`],
    ['audio', probe.audio === null ? 'none' : `${probe.audio.toUpperCase()}${probe.audio === 'aac' ? '' : ' (browsers do not play it)'}`],
    ['camera clock', offset === null ? 'the camera does not tell its time' : `${offset >= 0 ? '+' : ''}${Math.round(offset)} ms${isAstray(offset) ? ': set the camera’s clock' : ''}`],
    ['carried over', probe.transport?.toUpperCase() ?? unknown],
    ['second session', secondSession(probe.secondSession)],
    ...(still === null ? [] : [['still', still] as const]),
    ...(probe.reason === null ? [] : [['but', `${probe.reason.text} (${probe.reason.code})`] as const]),
  ];
  return [`${name}: ${probe.reason === null ? 'works' : 'does not work as it should'}`, ...lines.map(([key, value]) => `  ${key.padEnd(16)}${value}`)].join('\n');
}

const codecName = (codec: CameraProbe['codec']): string =>
  codec === 'h265' ? 'H.265 (many browsers do not play it)' : codec === 'h264' ? 'H.264' : unknown;

function secondSession(answer: CameraProbe['secondSession']): string {
  if (answer === 'allowed') return 'allowed';
  if (answer === 'not tried') return 'not tried';
  return 'refused: add --max-sessions 1 (no hot standby; the hand-over leaves a short gap)';
}
