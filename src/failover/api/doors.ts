/** Long work that has no room of its own: the test of second sessions, and copy back. */
import type { JobItem } from '../../contract/api/jobs.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Span } from '../../core/units.ts';
import type { Clock, Timers } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Random } from '../../platform/random.ts';
import type { CameraSource } from '../../video/contract.ts';
import { judgeSecondSession, refusalText, watchSecondSession } from '../check/second-session.ts';
import { isServed } from '../check/needs.ts';
import type { FailoverServer } from '../server-types.ts';
import type { JobReport, Jobs } from './jobs.ts';
import type { CopyBack } from './routes/commands.ts';
import type { SecondSessionTest } from './routes/standby.ts';

export interface DoorNeeds {
  readonly server: FailoverServer;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
}

export const secondSessionTest =
  ({ server, timers, random }: DoorNeeds) =>
  (jobs: Jobs): SecondSessionTest =>
  (serverId, { cameras, seconds }, by) => {
    const view = server.server(serverId);
    const wanted = view.cameras.filter((camera) => camera.enabled && (cameras === null || cameras.includes(camera.id)));
    const items = wanted.map(({ id, name }) => ({ id, name }));
    return jobs.start({ kind: 'standby test', title: `Second session of ${view.name}’s cameras`, by, items, key: `standby test ${serverId}` }, async (report) => {
      const found = await server.backups.newestVerified(serverId);
      if (!found.ok) throw new UnderstudyError('role.no-backup', found.reason.text);
      // One after the other: a whole site's cameras at once would itself be a load.
      for (const camera of wanted) {
        const source = found.backup.document.cameras.find(({ id }) => id === camera.id);
        if (source === undefined) report.item(camera.id, { state: 'skipped', text: 'It is not in the settings backup.' });
        else await testOne(camera.id, sourceOf(source), report);
      }
    });

    async function testOne(cameraId: string, source: CameraSource, report: JobReport): Promise<void> {
      report.item(cameraId, { state: 'running' });
      const recorderNewestUs = (): number | null => server.server(serverId).cameras.find(({ id }) => id === cameraId)?.recorder?.newestUs ?? null;
      try {
        const { ok, text } = judgeSecondSession(await watchSecondSession(source, seconds, { timers, random, recorderNewestUs }), seconds);
        report.item(cameraId, { state: ok ? 'done' : 'failed', text, progress: 1 });
      } catch (error) {
        report.item(cameraId, { state: 'failed', text: refusalText(error) });
      }
    }
  };

const sourceOf = (camera: { readonly url: string; readonly username?: string | undefined; readonly password?: string | undefined; readonly transport: CameraSource['transport'] }): CameraSource => ({
  url: camera.url,
  transport: camera.transport,
  audio: false,
  ...(camera.username === undefined ? {} : { username: camera.username }),
  ...(camera.password === undefined ? {} : { password: camera.password }),
});

const askAgainMs = 2_000;

/** The recorder fetches what it misses; ours is deleted only when it proves, exactly and durably, that it has it. */
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
    const bytesPerSecond = Math.round((by.bitsPerSecond ?? view.copyBack.bitsPerSecond) / 8);
    jobs.start({ kind: 'copy back', title: `Copy back to ${view.name}`, by: by.who, items, key: `copy back ${serverId}` }, async (report) => {
      for (const camera of stored) {
        const done = await copyCamera(camera.cameraId, camera.span, report);
        report.item(camera.cameraId, done);
      }
    });

    async function copyCamera(cameraId: string, whole: Span, report: JobReport): Promise<Partial<JobItem>> {
      report.item(cameraId, { state: 'running' });
      const key = { serverId, cameraId };
      for (const span of (await server.store.coverage(key, whole)).spans) {
        for (;;) {
          const answer = await server.link.request(serverId, 'footage.copyBack', { ...key, span, bytesPerSecond });
          if (answer.state === 'unsupported') return { state: 'failed', text: answer.text === '' ? 'This recorder cannot take footage in.' : answer.text };
          if (answer.state === 'done') break;
          report.item(cameraId, { text: answer.text });
          await new Promise<void>((resolve) => timers.after(askAgainMs, resolve));
        }
        const theirs = await server.link.request(serverId, 'footage.coverage', { ...key, span });
        if (theirs.exactness === 'exact' && covers(theirs.spans, span) && (theirs.durableUntilUs ?? 0) >= span.toUs) await server.store.drop(key, span);
      }
      return { state: 'done', text: 'Copied and verified.', progress: 1 };
    }
  };

/** After each outage, for the servers that a person chose it for. */
export function copyBackAfterOutages({ server, timers }: DoorNeeds, start: CopyBack, log: Log): () => void {
  const begun = new Set<string>();
  return server.onEvent((event) => {
    if (event.type !== 'outage' || begun.has(event.outageId)) return;
    const { serverId, endedMs } = server.outage(event.outageId);
    const view = server.find(serverId);
    if (endedMs === null || view?.copyBack.enabled !== true) return;
    begun.add(event.outageId);
    // The last files are being closed just now.
    timers.after(settleMs, () => {
      start(serverId, { who: 'automatic' }).catch((error: unknown) => log.warn({ server: serverId, reason: refusalText(error) }, 'copy back did not start'));
    });
  });
}

const settleMs = 10_000;

/** A frame's distance may lie between two spans of one recording. */
const seamUs = 100_000;

function covers(spans: readonly Span[], wanted: Span): boolean {
  let atUs = wanted.fromUs;
  for (const span of spans.toSorted((a, b) => a.fromUs - b.fromUs)) if (span.fromUs <= atUs + seamUs) atUs = Math.max(atUs, span.toUs);
  return atUs + seamUs >= wanted.toUs;
}
