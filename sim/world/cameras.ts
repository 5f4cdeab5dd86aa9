import type { Timers } from '../../src/platform/clock.ts';
import type { CameraCheck, CameraReason } from '../../src/failover/ports.ts';
import type { CameraWorld } from './recording.ts';

/** All cameras of the world: who reaches them, how many sessions they allow, who holds one. */
export class SimulatedCameras implements CameraWorld {
  readonly #sessions = new Map<string, Set<string>>();
  readonly #limits = new Map<string, number>();
  readonly #dead = new Set<string>();
  /** `url holder`: the way between these two is broken, everybody else reaches the camera. */
  readonly #cut = new Set<string>();
  #ghosts = 0;
  /** Hosts whose own network is down. */
  readonly #blind = new Set<string>();

  limit(url: string, sessions: number): void {
    this.#limits.set(url, sessions);
  }

  kill(url: string): void {
    this.#dead.add(url);
  }

  revive(url: string): void {
    this.#dead.delete(url);
  }

  /** Only this host (`failover`, or a server's id) does not reach it. */
  cutOff(url: string, holder: string): void {
    this.#cut.add(`${url} ${holder}`);
  }

  reconnect(url: string, holder: string): void {
    this.#cut.delete(`${url} ${holder}`);
  }

  isCutOff(url: string, holder: string): boolean {
    return this.#cut.has(`${url} ${holder}`);
  }

  /** Its host lost power: the camera keeps the session for a while, for nobody. */
  leaveGhost(url: string, holder: string, timers: Timers, ms: number): void {
    const held = this.#sessions.get(url);
    if (held === undefined || !held.delete(holder)) return;
    this.#ghosts += 1;
    const ghost = `ghost ${this.#ghosts}`;
    held.add(ghost);
    timers.after(ms, () => held.delete(ghost));
  }

  reviveAll(): void {
    this.#dead.clear();
    this.#blind.clear();
    this.#cut.clear();
  }

  isDead(url: string): boolean {
    return this.#dead.has(url);
  }

  isBlind(host: string): boolean {
    return this.#blind.has(host);
  }

  sessions(url: string): number {
    return this.#sessions.get(url)?.size ?? 0;
  }

  blind(host: string, on: boolean): void {
    if (on) this.#blind.add(host);
    else this.#blind.delete(host);
  }

  refuses(url: string, holder: string): CameraReason | null {
    if (!this.#reaches(url, holder)) return { code: 'camera.unreachable', text: 'The camera does not answer.' };
    let held = this.#sessions.get(url);
    if (held === undefined) this.#sessions.set(url, (held = new Set()));
    if (!held.has(holder) && held.size >= (this.#limits.get(url) ?? 10)) return { code: 'camera.refused', text: 'All its sessions are in use.' };
    held.add(holder);
    return null;
  }

  #reaches(url: string, host: string): boolean {
    return !this.#dead.has(url) && !this.#blind.has(host) && !this.#cut.has(`${url} ${host}`);
  }

  release(url: string, holder: string): void {
    this.#sessions.get(url)?.delete(holder);
  }

  /** As seen from `host`. */
  check(host: string): CameraCheck {
    return { answers: (url) => Promise.resolve(this.#reaches(url, host)) };
  }
}
