/** Cameras with wrong clocks (DESIGN §8): no frame is lost, footage lies evenly on this host's time. */
import { expect, it, onTestFinished } from 'vitest';
import { checkContinuity } from '../../sim/cameras/count.ts';
import { startCameras } from '../../sim/cameras/server.ts';
import type { UnitRow } from '../../src/core/units.ts';
import { decode, engineRig, pause } from './rig.ts';

const clocks = [
  { rtcp: { clock: 'right' }, trust: 'believed', segments: 1 },
  { rtcp: { clock: 'absent' }, trust: 'untold', segments: 1 },
  { rtcp: { clock: '1970' }, trust: 'ignored', segments: 1 },
  { rtcp: { clock: 'offset', ms: 3000 }, trust: 'believed', segments: 1 },
  { rtcp: { clock: 'drifting', ppm: 20_000 }, trust: 'believed', segments: 1 },
] as const;

it('records every frame at its time whatever the cameras\u2019 clocks tell; a jump begins a new file', async () => {
  const sim = await startCameras({ count: clocks.length + 1 });
  onTestFinished(() => sim.close());
  for (const [i, { rtcp }] of clocks.entries()) await sim.set(i + 1, { rtcp });
  const jumping = clocks.length + 1;
  const rig = await engineRig();
  await rig.engine.apply(sim.urls.map((url, i) => rig.job(`c${i + 1}`, url)));
  const name = `c${jumping}`;
  await rig.until(name, (s) => s.recording !== null && s.clockTrust === 'believed', 30);
  await sim.set(jumping, { rtcp: { clock: 'offset', ms: 3_600_000 } });
  const jumped = await rig.until(name, (s) => s.clockTrust === 'ignored', 30);
  expect(Math.abs((jumped.clockOffsetMs ?? 0) - 3_600_000)).toBeLessThan(5000);
  await pause(2500);
  const statuses = rig.engine.statuses();
  const rows = await Promise.all(statuses.map(async ({ cameraId }) => rowsOf(rig.store.rows({ serverId: 's', cameraId }, { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER }))));
  await rig.stop();
  expect(statuses.map((s) => s.clockTrust)).toEqual([...clocks.map(({ trust }) => trust), 'ignored']);
  expect(statuses.map((s) => rig.segments(s.cameraId).length)).toEqual([...clocks.map(({ segments }) => segments), 2]);
  expect(statuses.map((s) => s.counters.connects)).toEqual(statuses.map(() => 1));
  for (const [i, { cameraId }] of statuses.entries()) {
    rig.segments(cameraId).forEach(decode);
    expect(checkContinuity(rig.stamps(cameraId))).toMatchObject({ missing: 0, doubled: [], late: [] });
    const times = (rows[i] ?? []).map((row) => row.timeUs);
    expect(times.length).toBeGreaterThan(50);
    expect(times.filter((time, at) => at > 0 && time <= (times[at - 1] ?? 0))).toEqual([]);
    // Ours and not the camera's: minutes, not an hour or half a century.
    expect(Math.abs((times.at(-1) ?? 0) / 1000 - Date.now())).toBeLessThan(60_000);
  }
  expect(rig.logs.join('\n')).toMatch(/Its clock is \d+ years behind/);
  // Also of one that is believed, once; none of one that is right.
  expect(rig.logs.filter((line) => /Its clock is (2\.9|3\.\d) seconds ahead/.test(line))).toHaveLength(1);
});

async function rowsOf(pages: AsyncIterable<readonly UnitRow[]>): Promise<UnitRow[]> {
  const all: UnitRow[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}
