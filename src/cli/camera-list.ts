import type { Command } from 'commander';
import type { CameraProgress, Progress } from '../contract/link.ts';
import type { CameraDocument } from '../contract/settings.ts';
import { isAstray, offsetWords } from '../core/clocks.ts';
import { connectControl } from '../recorder/control/client.ts';
import { recorderFolder } from '../recorder/folder.ts';
import { loadSettings, type SettingsProblem } from '../recorder/settings-files.ts';
import { answer, table } from './command.ts';
import { utc } from './remote/words.ts';

export function registerCameraList(camera: Command): void {
  camera
    .command('list')
    .description('List the cameras, with what the running recorder says of them.')
    .requiredOption('-f, --folder <dir>', 'settings folder of the recorder')
    .option('--json', 'answer as JSON (passwords are left out)')
    .addHelpText('after', '\nExample:\n  understudy camera list --folder /srv/recorder')
    .action(async (options: { readonly folder: string; readonly json?: boolean }) => {
      await answer(options, async () => {
        const { document, problem, pointerProblem, fresh } = await loadSettings(options.folder);
        const live = await newestProgress(options.folder);
        const json = {
          server: document.name,
          recorderRuns: live !== null,
          disk: live?.disk ?? null,
          problem,
          pointerProblem,
          cameras: document.cameras.map((one) => ({ ...withoutPassword(one), progress: live?.cameras.get(one.id) ?? null })),
        };
        return { json, text: fresh ? `There are no settings in ${options.folder} yet. Add a camera: understudy camera add --folder … --url rtsp://…` : text(document.cameras, live, [problem, pointerProblem]) };
      });
    });
}

const withoutPassword = ({ password, ...rest }: CameraDocument): object => ({ ...rest, hasPassword: password !== undefined });

function text(cameras: readonly CameraDocument[], live: Live | null, problems: readonly (SettingsProblem | null)[]): string {
  const rows = cameras.map((one) => [one.id, one.name, one.url, String(one.priority), stateOf(one, live), utc(sinceMs(live?.cameras.get(one.id))), clock(live?.cameras.get(one.id)), live?.cameras.get(one.id)?.reason ?? '']);
  const lines = [
    ...problems.map((problem) => (problem === null ? '' : `Attention: ${problem.text}\n`)),
    live === null || live.disk === 'ok' || live.disk === 'unknown' ? '' : `Attention: ${diskText[live.disk]}\n`,
    cameras.length === 0 ? 'No cameras yet. Add one: understudy camera add --folder … --url rtsp://…' : table(['id', 'name', 'address', 'priority', 'state', 'since (UTC)', 'clock', ''], rows),
    live === null ? '\nThe recorder is not running.' : '',
  ];
  return lines.filter((line) => line !== '').join('\n');
}

interface Live {
  readonly cameras: ReadonlyMap<string, CameraProgress>;
  readonly disk: Progress['disk']['state'];
}

const diskText: Readonly<Record<Exclude<Live['disk'], 'ok' | 'unknown'>, string>> = {
  full: 'the disk of the store path is full; what fits is recorded.',
  missing: 'the store path is not mounted; nothing is recorded until it is.',
  'read-only': 'the store path cannot be written; nothing is recorded until it can.',
};

function stateOf(one: CameraDocument, live: Live | null): string {
  if (!one.enabled) return 'disabled';
  const state = live?.cameras.get(one.id);
  return state === undefined ? '-' : state.sinceUs === null ? state.state : 'recording';
}

/** Of what `stateOf` says: a recording is as old as its unbroken run. */
function sinceMs(progress: CameraProgress | undefined): number | null {
  const us = progress?.sinceUs ?? progress?.stateSinceUs;
  return us === undefined ? null : us / 1000;
}

/** The camera's own clock against the recorder's. */
function clock(progress: CameraProgress | undefined): string {
  const ms = progress?.clockOffsetMs;
  return ms === undefined ? '-' : isAstray(ms) ? offsetWords(ms) : `${ms > 0 ? '+' : ''}${ms} ms`;
}

/** Null if no recorder runs on the folder, or it says nothing within two seconds. */
async function newestProgress(folder: string): Promise<Live | null> {
  type First = Live | null;
  let settle: ((first: First) => void) | undefined;
  const first = new Promise<First>((resolve) => (settle = resolve));
  const client = await connectControl(recorderFolder(folder).socket, {
    notice(notice) {
      if (notice.type === 'progress') settle?.({ cameras: new Map(notice.progress.cameras.map((one) => [one.id, one])), disk: notice.progress.disk.state });
    },
    closed: () => settle?.(null),
  });
  if (client === null) return null;
  const timer = setTimeout(() => settle?.(null), 2000);
  try {
    return await first;
  } finally {
    clearTimeout(timer);
    client.close();
  }
}
