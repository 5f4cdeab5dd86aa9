import type { RoleState } from '../../../src/core/role/types.ts';
import type { CameraKey, Span } from '../../../src/core/units.ts';
import { merged } from '../footage.ts';
import type { Broken } from './broken.ts';
import type { Scene } from './scene.ts';
import { sampleMs } from './truth.ts';

/** A frame more or less at an end, and how often the world looks. */
const toleranceUs = 2_200_000;
/** Around a fault of the failover server itself nothing is promised for hot standby: its ring may be lost with it. */
const aroundMs = 90_000;

/** What happens to footage: nothing is dropped that nobody else has (I1), nothing that is locked (I9), and hot standby has no hole. */
export class FootageChecks {
  readonly #scene: Scene;
  readonly #broken: Broken;
  /** True spans in which hot standby had the camera's frames. */
  readonly #had = new Map<string, { fromUs: number; toUs: number }[]>();
  #excusedUntilMs = 0;

  readonly #role: (serverId: string) => RoleState | undefined;

  constructor(scene: Scene, broken: Broken, role: (serverId: string) => RoleState | undefined) {
    this.#scene = scene;
    this.#broken = broken;
    this.#role = role;
    scene.world.disk.onDrop = (camera, span, truth) => void this.#dropped(camera, span, truth);
  }

  async #dropped(camera: CameraKey, span: Span, truth: readonly Span[]): Promise<void> {
    const { world, sites } = this.#scene;
    const site = sites.find((one) => one.serverId === camera.serverId);
    site?.recorder.catchUp();
    // What a power-off in the next moment would take from the recorder does not count as another copy.
    const theirs = site?.disk.durableTruths(camera, this.#nowUs()) ?? [];
    for (const part of truth) {
      const left = without(part, theirs).filter((one) => one.toUs - one.fromUs > 50_000);
      this.#broken.check('I1', left.length === 0, () => `${camera.serverId}/${camera.cameraId}: ${Math.round(lengthUs(left) / 1000)} ms of the only copy are dropped`);
    }
    const locked = (await world.disk.locks()).some((lock) => lock.serverId === camera.serverId && lock.cameraId === camera.cameraId && lock.fromUs < span.toUs && lock.toUs > span.fromUs);
    this.#broken.check('I9', !locked, () => `${camera.serverId}/${camera.cameraId}: locked footage is dropped`);
  }

  /** Nothing is promised around this moment (a fault of the failover server, of a camera, a person’s word). */
  excuse(forMs: number): void {
    const nowMs = this.#scene.world.time.monotonicMs();
    this.#excusedUntilMs = Math.max(this.#excusedUntilMs, nowMs + forMs + aroundMs);
    for (const spans of this.#had.values()) for (const span of spans) span.toUs = Math.min(span.toUs, this.#nowUs() - aroundMs * 1000);
  }

  #nowUs(): number {
    return this.#scene.world.time.wallMs() * 1000;
  }

  /** Once a sample. */
  look(): void {
    const { world } = this.#scene;
    if (!world.failoverWorks || world.disk.state !== 'ok' || world.time.monotonicMs() < this.#excusedUntilMs) return;
    const nowUs = this.#nowUs();
    for (const status of world.recording?.statuses() ?? []) {
      if (status.newestFrameUs === null || status.preroll === null || this.#isStopped(status.serverId)) continue;
      const key = `${status.serverId}/${status.cameraId}`;
      const spans = this.#had.get(key) ?? [];
      this.#had.set(key, spans);
      const last = spans.at(-1);
      if (last !== undefined && nowUs - last.toUs <= sampleMs * 1500) last.toUs = nowUs;
      else spans.push({ fromUs: nowUs, toUs: nowUs });
    }
  }

  /** A person wanted it not to be recorded here until the server is well again. */
  #isStopped(serverId: string): boolean {
    const role = this.#role(serverId);
    return role?.kind === 'stopping' || (role?.kind === 'standby' && role.blocked === 'stopped by a person');
  }

  /** Everything is settled: what hot standby had lies on one of the disks. */
  covered(): void {
    const { world, sites } = this.#scene;
    world.recording?.catchUp();
    for (const [key, had] of this.#had) {
      const [serverId = '', cameraId = ''] = key.split('/');
      const site = sites.find((one) => one.serverId === serverId);
      site?.recorder.catchUp();
      const camera = { serverId, cameraId };
      const all = merged([...(site?.disk.truths(camera) ?? []), ...world.disk.truths(camera)]);
      for (const span of had) {
        // The newest frames may not be written yet on either side.
        const missing = without({ fromUs: span.fromUs, toUs: Math.min(span.toUs, this.#nowUs() - 3_000_000) }, all).filter((one) => one.toUs - one.fromUs > toleranceUs);
        this.#broken.check('I1', missing.length === 0, () => `${key}: hot standby had ${Math.round(lengthUs(missing) / 1000)} ms that lie nowhere now, from ${new Date((missing[0]?.fromUs ?? 0) / 1000).toISOString()}`);
      }
    }
    this.#had.clear();
    for (const site of sites) site.disk.forgetBefore(this.#nowUs() - 3_600_000_000);
  }
}

const lengthUs = (spans: readonly Span[]): number => spans.reduce((sum, span) => sum + span.toUs - span.fromUs, 0);

/** What of `one` no span of `others` (in order of time) covers. */
function without(one: Span, others: readonly Span[]): readonly Span[] {
  const left: Span[] = [];
  let fromUs = one.fromUs;
  for (const other of others) {
    if (other.toUs <= fromUs || other.fromUs >= one.toUs) continue;
    if (other.fromUs > fromUs) left.push({ fromUs, toUs: other.fromUs });
    fromUs = Math.max(fromUs, other.toUs);
  }
  if (fromUs < one.toUs) left.push({ fromUs, toUs: one.toUs });
  return left;
}
