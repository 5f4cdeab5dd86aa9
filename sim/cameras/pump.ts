import type { Camera } from './camera.ts';
import { FRAME_MS } from './options.ts';
import type { Surroundings } from './surroundings.ts';

/** Cameras are spread over the time of one frame, so that the network does not see bursts. */
const SLOTS = 8;
const SLOT_MS = FRAME_MS / SLOTS;
/** After a longer pause of this process frames are left out, as a camera that was off would do. */
const CATCH_UP_MS = 5000;

interface Slot {
  readonly delayMs: number;
  readonly cameras: readonly Camera[];
  /** Last frame sent. */
  frame: number;
  /** Last moment up to which audio was sent. */
  soundMs: number;
}

/** Sends every camera's frames when they are due; returns how to stop it. */
export function startPump(cameras: readonly Camera[], surroundings: Surroundings): () => void {
  const slots = Array.from({ length: SLOTS }, (_unused, slot): Slot => {
    const delayMs = slot * SLOT_MS;
    const now = surroundings.nowMs() - delayMs;
    return { delayMs, cameras: cameras.filter((_camera, index) => index % SLOTS === slot), frame: Math.floor(now / FRAME_MS), soundMs: now };
  });
  const timer = setInterval(() => {
    for (const slot of slots) pump(slot, surroundings.nowMs() - slot.delayMs);
  }, SLOT_MS);
  const housekeeping = setInterval(() => {
    for (const camera of cameras) camera.expire();
  }, 1000);
  return () => {
    clearInterval(timer);
    clearInterval(housekeeping);
  };
}

function pump(slot: Slot, nowMs: number): void {
  const due = Math.floor(nowMs / FRAME_MS);
  slot.frame = Math.max(slot.frame, due - CATCH_UP_MS / FRAME_MS);
  slot.soundMs = Math.max(slot.soundMs, nowMs - CATCH_UP_MS);
  while (slot.frame < due) {
    slot.frame++;
    for (const camera of slot.cameras) camera.sendFrame(slot.frame);
  }
  for (const camera of slot.cameras) {
    if (!camera.sound) continue;
    const perMs = camera.sound.clockRate / camera.sound.samples / 1000;
    for (let m = Math.floor(slot.soundMs * perMs) + 1; m <= Math.floor(nowMs * perMs); m++) camera.sendSound(m);
  }
  slot.soundMs = Math.max(slot.soundMs, nowMs);
}
