/** The test of second sessions: long work that outlives its request. */
import type { CameraKey, Span } from '../../core/units.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Clock, Timers } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { CameraSource } from '../../video/contract.ts';
import type { Frame } from '../check/frame-rate.ts';
import { judgeSecondSession, refusalText, watchSecondSession } from '../check/second-session.ts';
import { canBeAsked, sourcesOf } from '../footage/sources.ts';
import type { FailoverServer } from '../server-types.ts';
import type { JobReport, Jobs } from './jobs.ts';
import type { SecondSessionTest } from './routes/standby.ts';

export interface DoorNeeds {
  readonly server: FailoverServer;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
}

export const secondSessionTest =
  ({ server, clock, timers, random }: DoorNeeds) =>
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
      try {
        const recorded = (span: Span): Promise<readonly Frame[] | null> => recordedFrames(server, { serverId, cameraId }, span);
        const { ok, text } = judgeSecondSession(await watchSecondSession(source, seconds, { clock, timers, random, recorded }));
        report.item(cameraId, { state: ok ? 'done' : 'failed', text, progress: 1 });
      } catch (error) {
        report.item(cameraId, { state: 'failed', text: refusalText(error) });
      }
    }
  };

/** What the recorder itself has on disk. Null: it cannot be asked, which the test tells as not proven. */
async function recordedFrames(server: FailoverServer, camera: CameraKey, span: Span): Promise<readonly Frame[] | null> {
  const source = sourcesOf(server, camera, canBeAsked).find(({ id }) => id === 'monitored server');
  if (source === undefined) return null;
  const frames: Frame[] = [];
  try {
    for await (const page of source.rows({ fromUs: span.fromUs - source.shiftUs, toUs: span.toUs - source.shiftUs }))
      for (const { track, timeUs, gapBefore } of page) if (track === 'video') frames.push({ timeUs: timeUs + source.shiftUs, gapBefore });
  } catch (error) {
    // A make whose footage has no index, a link that broke just now: both mean that nothing is known.
    if (error instanceof UnderstudyError) return null;
    throw error;
  }
  return frames;
}

const sourceOf = (camera: { readonly url: string; readonly username?: string | undefined; readonly password?: string | undefined; readonly transport: CameraSource['transport'] }): CameraSource => ({
  url: camera.url,
  transport: camera.transport,
  audio: false,
  ...(camera.username === undefined ? {} : { username: camera.username }),
  ...(camera.password === undefined ? {} : { password: camera.password }),
});
