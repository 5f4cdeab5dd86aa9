/** Copy back: the recorder fetches what it misses; ours is deleted only when it proves that it has it. */
import type { JobItem } from '../../contract/api/jobs.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import { decodeRows } from '../../contract/footage-wire.ts';
import { clip, lengthOf, shifted } from '../../core/coverage.ts';
import type { CameraKey, Span, UnitRow } from '../../core/units.ts';
import type { Clock, Timers } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { isServed } from '../check/needs.ts';
import { offsetUs } from '../footage/sources.ts';
import type { FailoverServer, ServerView } from '../server-types.ts';
import type { DoorNeeds } from './doors.ts';
import type { JobReport, Jobs } from './jobs.ts';
import { hasEveryUnit, isWhole } from './every-unit.ts';
import type { CopyBack } from './routes/commands.ts';

const askAgainMs = 1_000;
const automatic = 'automatic';

export const copyBack =
  ({ server, timers }: DoorNeeds) =>
  (jobs: Jobs): CopyBack =>
  async (serverId, by) => {
    const view = server.server(serverId);
    if (!view.link.connected) throw new UnderstudyError('role.server-offline', `${view.name} is offline; it cannot fetch anything.`);
    if (isServed(view)) throw new UnderstudyError('role.taken-over', `${view.name} is taken over; it fetches when it is restored.`);
    const stored = (await server.store.cameras()).filter((camera) => camera.serverId === serverId);
    const names = new Map(view.cameras.map(({ id, name }) => [id, name]));
    const items = stored.map(({ cameraId }) => ({ id: cameraId, name: names.get(cameraId) ?? cameraId }));
    // As it is set now: it may take for days, and a person who finds it too fast changes it meanwhile, or ends it.
    const bytesPerSecond = (): number | null => {
      const now = server.find(serverId)?.copyBack;
      if (now === undefined || (by.who === automatic && !now.enabled)) return null;
      return Math.round((by.bitsPerSecond ?? now.bitsPerSecond) / 8);
    };
    jobs.start({ kind: 'copy back', title: `Copy back to ${view.name}`, by: by.who, items, key: `copy back ${serverId}` }, async (report) => {
      for (const { cameraId, span } of stored) report.item(cameraId, await copyCamera({ server, timers, bytesPerSecond, report }, { serverId, cameraId }, span));
    });
  };

interface Copying {
  readonly server: FailoverServer;
  readonly timers: Timers;
  /** Null: not wanted any more. */
  readonly bytesPerSecond: () => number | null;
  readonly report: JobReport;
}

async function copyCamera({ server, timers, bytesPerSecond, report }: Copying, key: CameraKey, whole: Span): Promise<Partial<JobItem>> {
  report.item(key.cameraId, { state: 'running', progress: 0 });
  const { spans } = await server.store.coverage(key, whole);
  const all = Math.max(1, lengthOf(spans));
  let doneUs = 0;
  let unproven = 0;
  for (const span of spans) {
    // Its clock, as known now; the same all the way, because the recorder knows the order by its span.
    const theirs = shifted([span], offsetUs(server, key.serverId)).map(({ fromUs, toUs }) => ({ fromUs: Math.round(fromUs), toUs: Math.round(toUs) }))[0]!;
    for (;;) {
      const rate = bytesPerSecond();
      if (rate === null) return { state: 'skipped', text: 'Copy back was switched off.' };
      const answer = await server.link.request(key.serverId, 'footage.copyBack', { ...key, span: theirs, bytesPerSecond: rate });
      if (answer.state === 'unsupported') return { state: 'failed', text: answer.text === '' ? 'This recorder cannot take footage in.' : answer.text };
      if (answer.state === 'done') break;
      report.item(key.cameraId, { text: answer.text, progress: Math.min(1, (doneUs + lengthOf(clip(answer.copied, theirs))) / all) });
      await new Promise<void>((resolve) => timers.after(askAgainMs, resolve));
    }
    if (await isProven(server, key, span, theirs)) await server.store.drop(key, span);
    else unproven += 1;
    doneUs += span.toUs - span.fromUs;
  }
  if (unproven > 0) return { state: 'done', progress: 1, text: 'Copied; kept here too as far as the recorder does not prove that it has every picture.' };
  const locked = (await server.store.coverage(key, whole)).spans.length > 0;
  return { state: 'done', progress: 1, text: locked ? 'Copied and verified; what is locked as evidence stays here too, the rest is deleted here.' : 'Copied, verified and deleted here.' };
}

/** Its copy is whole by its own index, synced, and has every unit that lies here, by its checksum. */
async function isProven(server: FailoverServer, key: CameraKey, ours: Span, theirs: Span): Promise<boolean> {
  const answer = await server.link.request(key.serverId, 'footage.coverage', { ...key, span: theirs });
  if (answer.exactness !== 'exact' || answer.durableUntilUs === null || answer.durableUntilUs < theirs.toUs) return false;
  if (!isWhole(answer.spans, theirs)) return false;
  return await hasEveryUnit(
    ours,
    { ours: (span) => server.store.rows(key, span), theirs: (span) => rowsThere(server, key, span) },
    theirs.fromUs - ours.fromUs,
  );
}

async function* rowsThere(server: FailoverServer, key: CameraKey, span: Span): AsyncGenerator<readonly UnitRow[]> {
  yield* decodeRows((await server.link.bulk(key.serverId, 'footage.rows', { ...key, span })).body);
}

/** How often it is looked whether there is something to copy back. */
const lookMs = 5_000;
/** The last files of an outage are being closed, and provisional footage is being judged. */
const settleMs = 10_000;
const firstPauseMs = 60_000;
const longestPauseMs = 3_600_000;

/**
 * For the servers that a person chose it for, whenever there is footage of theirs here and they are well:
 * after each outage, after one of us restarted in the middle, and again, with growing pauses, for what
 * could not be proven.
 */
export function copyBackByItself(needs: { readonly server: FailoverServer; readonly clock: Clock; readonly timers: Timers; readonly log: Log }, start: CopyBack): () => void {
  const { server, clock, timers, log } = needs;
  const next = new Map<string, { readonly atMs: number; readonly pauseMs: number }>();
  const forget = server.onEvent((event) => {
    if (event.type === 'outage') next.delete(server.outage(event.outageId).serverId);
  });
  const look = async (view: ServerView): Promise<void> => {
    const [newest] = server.outages({ server: view.id, limit: 1 });
    if (newest !== undefined && (newest.endedMs === null || clock.wallMs() - newest.endedMs < settleMs)) return;
    const planned = next.get(view.id);
    if (planned !== undefined && clock.monotonicMs() < planned.atMs) return;
    if (!(await server.store.cameras()).some(({ serverId }) => serverId === view.id)) return;
    const pauseMs = Math.min(longestPauseMs, planned === undefined ? firstPauseMs : planned.pauseMs * 2);
    next.set(view.id, { atMs: clock.monotonicMs() + pauseMs, pauseMs });
    await start(view.id, { who: automatic });
  };
  const cancel = timers.every(lookMs, () => {
    for (const view of server.servers())
      if (view.copyBack.enabled && view.link.connected && view.detector.state === 'alive' && !isServed(view))
        look(view).catch((error: unknown) => log.info({ server: view.id, reason: error instanceof Error ? error.message : String(error) }, 'copy back did not start'));
  });
  return () => {
    cancel();
    forget();
  };
}
