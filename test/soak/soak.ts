import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startSite, until, type RecorderSite, type Site } from '../../src/cli/site/site.ts';
import { countFootage, missingWithin } from '../story/footage.ts';
import { mark, processesOf, recorderOf } from '../chaos/processes.ts';
import { shortest } from '../chaos/stage.ts';
import { pause, ready, restored } from '../chaos/watch.ts';
import { faults, seeded, type Silence } from './faults.ts';
import { growths, type Growth } from './growth.ts';
import { startSampling, type Samples } from './samples.ts';

export interface SoakOptions {
  readonly folder: string;
  readonly run: string;
  readonly minutes: number;
  readonly seed: number;
  readonly camerasPerRecorder: number;
  readonly say: (text: string) => void;
  readonly interrupted: () => boolean;
}

export interface SoakResult {
  readonly ok: boolean;
  readonly text: string;
  readonly problems: readonly string[];
  readonly minutes: number;
  readonly seed: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly framesCounted: number;
  readonly framesMissing: number;
  /** While a camera itself was silent. */
  readonly framesNotSent: number;
  readonly growth: readonly Growth[];
}

const probe = new URL(import.meta.url.endsWith('.js') ? '../../../test/soak/probe.mjs' : './probe.mjs', import.meta.url).href;
/** A camera that was silent is opened again within this. */
const reopenMs = 12_000;
/** The newest seconds are still on their way into the index. */
const freshMs = 6_000;

/** Random seeded faults, one at a time; after each one everything settles and every frame is counted. */
export async function soak(options: SoakOptions): Promise<{ readonly result: SoakResult; readonly samples: Samples; readonly struck: readonly { readonly atMs: number; readonly text: string }[] }> {
  const { folder, run, say } = options;
  const probeFolder = join(folder, 'probes');
  await mkdir(probeFolder, { recursive: true });
  const env = { [mark]: run, UNDERSTUDY_SOAK_FOLDER: probeFolder, NODE_OPTIONS: `--import ${probe}` };
  const site = await startSite({
    folder: join(folder, 'site'), recorders: 2, camerasPerRecorder: options.camerasPerRecorder, standby: 'hot', settings: shortest,
    places: { address: () => '127.0.0.1', ownWay: () => '127.0.0.1', launch: () => ({ env }) },
    // Footage of half an hour or so: a disk that goes on growing shows.
    document: (document) => ({ ...document, retention: { days: 1, maxBytes: 150_000_000 } }),
  });
  const struck: { readonly atMs: number; readonly text: string }[] = [];
  const ledger = new Ledger(site);
  const problems: string[] = [];
  const sampling = startSampling({ run, probeFolder, nameOf: await namesOf(site), disks: disksOf(site, folder), everyMs: Math.max(500, Math.min(5_000, options.minutes * 250)) });
  const begunMs = Date.now();
  try {
    await ready(site, true);
    ledger.begin();
    const random = seeded(options.seed);
    const end = Date.now() + options.minutes * 60_000;
    while (Date.now() < end && !options.interrupted()) {
      await pause(2_000 + random() * Math.min(10_000, options.minutes * 1_000));
      const fault = faults[Math.floor(random() * faults.length)]!;
      const victim = site.recorders[fault.kills === true ? 0 : Math.floor(random() * 2)]!;
      say(`${fault.name}: ${victim.name}`);
      struck.push({ atMs: Date.now(), text: `${fault.name}: ${victim.name}` });
      const silence = await fault.strike(site, victim, random);
      for (const recorder of site.recorders) await settle(site, recorder);
      await pause(silence === null ? 8_000 : reopenMs);
      await ledger.count(silence, problems);
    }
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  // It ends early where something went wrong.
  const minutes = Math.round((Date.now() - begunMs) / 60_000);
  await sampling.stop();
  await site.close();
  const left = await processesOf(run);
  if (left.length > 0) problems.push(`Processes left behind: ${left.map(({ what, pid }) => `${what} ${pid}`).join(', ')}.`);
  const growth = growths(sampling.samples, (name) => name !== 'agent 1' && name !== 'recorder 1');
  // Short runs are all warm-up.
  if (options.minutes >= 5) problems.push(...growth.flatMap(({ problem }) => problem ?? []));
  const counted: Record<string, number> = {};
  for (const { text } of struck) counted[text.split(':')[0]!] = (counted[text.split(':')[0]!] ?? 0) + 1;
  const { framesCounted, framesMissing, framesNotSent } = ledger;
  const text = `${minutes} min with ${struck.length} faults (seed ${options.seed}), ${framesCounted} frames of ${2 * options.camerasPerRecorder} cameras: ${framesMissing} missing, ${framesNotSent} not sent by their cameras. ${growth.map(({ process, residentMb, handles }) => `${process}: ${residentMb.join(' → ')} MB, ${handles.join(' → ')} handles`).join('; ')}.`;
  return { result: { ok: problems.length === 0, text, problems, minutes, seed: options.seed, faults: counted, framesCounted, framesMissing, framesNotSent, growth }, samples: sampling.samples, struck };
}

/** Many failures in a short time delay a restore, up to an hour, as they should: then a person presses the button. */
async function settle(site: Site, recorder: RecorderSite): Promise<void> {
  const soon = await restored(site, recorder, 30_000).then(() => true, () => false);
  if (soon) return;
  await until(`Reset restored server is accepted for ${recorder.name}`, 30_000, async () => {
    const { role } = await site.server(recorder);
    return role.state === 'standby' || (await site.api.call('servers.reset', { params: { server: recorder.serverId }, body: {} }));
  });
  await restored(site, recorder, 90_000);
}

/** Which process is whose; a recorder that was killed comes back as another process under its old name. */
async function namesOf(site: Site): Promise<(what: string, pid: number) => string | null> {
  const known = new Map<number, string>();
  const look = async (): Promise<void> => {
    for (const [index, recorder] of site.recorders.entries()) {
      known.set(recorder.agent.pid, `agent ${index + 1}`);
      const pid = await recorderOf(recorder.folder).catch(() => null); // being written at this moment
      if (pid !== null) known.set(pid, `recorder ${index + 1}`);
    }
  };
  await look();
  return (what, pid) => {
    if (what === 'failover' || what === 'cameras') return what;
    void look();
    return known.get(pid) ?? null;
  };
}

const disksOf = (site: Site, folder: string): Readonly<Record<string, string>> => ({
  failover: join(folder, 'site', 'failover', 'footage'),
  ...Object.fromEntries(site.recorders.map((recorder, index) => [`recorder ${index + 1}`, join(recorder.folder, 'footage')])),
});

/** Every frame from the beginning on is looked at once. */
class Ledger {
  readonly #site: Site;
  #countedMs = 0;
  framesCounted = 0;
  framesMissing = 0;
  framesNotSent = 0;

  constructor(site: Site) {
    this.#site = site;
  }

  begin(): void {
    this.#countedMs = Date.now();
  }

  async count(silence: Silence | null, problems: string[]): Promise<void> {
    const span = { fromMs: this.#countedMs, toMs: Date.now() - freshMs };
    // The edges of what is asked for are not counted: the next look begins before them.
    this.#countedMs = span.toMs - 2_000;
    await Promise.all(this.#site.recorders.flatMap((recorder) => recorder.cameraIds.map((camera) => this.#one(recorder, camera, span, silence, problems))));
  }

  async #one(recorder: RecorderSite, camera: string, span: { readonly fromMs: number; readonly toMs: number }, silence: Silence | null, problems: string[]): Promise<void> {
    const counted = await countFootage(this.#site, recorder, camera, span);
    const notSent = silence?.camera === camera ? missingWithin(counted, silence.fromMs - 500, silence.toMs + reopenMs) : 0;
    this.framesCounted += counted.found;
    this.framesNotSent += notSent;
    this.framesMissing += counted.missing - notSent;
    if (counted.missing > notSent) problems.push(`${camera}: ${counted.missing - notSent} frames are missing ${new Date(counted.missingRanges[0]![0] * 40).toISOString()}.`);
    if (counted.doubled.length > 0) problems.push(`${camera}: ${counted.doubled.length} frames are doubled.`);
  }
}
