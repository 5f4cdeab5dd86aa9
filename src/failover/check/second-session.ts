import type { Span, TimeUs } from '../../core/units.ts';
import { errors, UnderstudyError } from '../../contract/errors.ts';
import type { Clock, Timers } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { CameraSource } from '../../video/contract.ts';
import { streamsFor } from '../../video/probe/packets.ts';
import { countFrames, type Frame, type Frames, restOf } from './frame-rate.ts';

export interface WatchedSession {
  /** Packets came for the whole time. */
  readonly streamed: boolean;
  /** What the recorder wrote before and meanwhile; null: it cannot be asked, or tells nothing. */
  readonly recorder: { readonly before: Frames; readonly during: Frames } | null;
}

export interface SecondSessionPorts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** Frames that the recorder has on disk of this camera, in our time; null: it cannot be asked. */
  readonly recorded: (span: Span) => Promise<readonly Frame[] | null>;
}

/** Looked at before the test, at least: a shorter time says little of a frame rate. */
const beforeMs = 10_000;
/** The recorder indexes its newest frames a moment later. */
const indexedMs = 6_000;
const askAgainMs = 500;

/** A camera that lets a second client in and then throws one of the two out, or halves their frames, is one that refuses. */
export async function watchSecondSession(source: CameraSource, seconds: number, ports: SecondSessionPorts): Promise<WatchedSession> {
  const { clock } = ports;
  const fromUs = clock.wallMs() * 1000;
  let toUs: TimeUs = fromUs;
  const streamed = await streamsFor(source, seconds * 1000, ports, () => (toUs = clock.wallMs() * 1000));
  return { streamed, recorder: streamed ? await recorderMeanwhile({ fromUs, toUs }, seconds, ports) : null };
}

async function recorderMeanwhile(test: Span, seconds: number, { recorded, clock, timers }: SecondSessionPorts): Promise<WatchedSession['recorder']> {
  const before = { fromUs: test.fromUs - Math.max(beforeMs, seconds * 1000) * 1000, toUs: test.fromUs };
  const untilMs = clock.monotonicMs() + indexedMs;
  for (;;) {
    const frames = await recorded({ fromUs: before.fromUs, toUs: test.toUs + indexedMs * 1000 });
    if (frames === null) return null;
    // A frame beyond the end: all before it is told. None in time: what is missing at the end is missing.
    if (frames.some(({ timeUs }) => timeUs >= test.toUs) || clock.monotonicMs() >= untilMs) return { before: countFrames(frames, restOf(before, frames)), during: countFrames(frames, test) };
    await new Promise<void>((resolve) => void timers.after(askAgainMs, resolve));
  }
}

/** Fewer frames than this share of those before: the camera pays the second client with the first one's. */
const harmlessShare = 0.9;
const atOnesRisk = 'This is not proven; hot standby of this camera is at your own risk.';

/** In words; `ok` false: this camera is better left cold. `proven` false: nothing is known of the recorder's own session. */
export function judgeSecondSession({ streamed, recorder }: WatchedSession): { readonly ok: boolean; readonly proven: boolean; readonly text: string } {
  const no = (text: string) => ({ ok: false, proven: true, text });
  const unknown = (why: string) => ({ ok: false, proven: false, text: `A second session is allowed, but ${why}. ${atOnesRisk}` });
  if (!streamed) return no('The camera closed the second session, or sent nothing in it.');
  if (recorder === null) return unknown('the recorder tells nothing of its own');
  const { before, during } = recorder;
  if (before.frames < 3 || before.ms < 2_000) return unknown('the recorder had written too little of it before to compare with');
  const expected = (before.frames / before.ms) * during.ms;
  // One picture more or less lies at the edges of any span.
  const rates = `${perSecond(before)} pictures/s before, ${perSecond(during)} meanwhile`;
  if (during.frames + 1 < expected * harmlessShare) return no(`The recorder wrote fewer pictures while the second session was open: ${rates}.`);
  if (during.broken > 0 || during.longestMs > 2 * before.longestMs + 200) {
    if (before.broken > 0) return unknown('the recorder’s own session was broken before, too');
    return no(`The recorder’s own session had a hole of ${(during.longestMs / 1000).toFixed(1)} s while the second one was open (${rates}).`);
  }
  return { ok: true, proven: true, text: `A second session is allowed; the recorder went on without a loss (${rates}).` };
}

const perSecond = ({ frames, ms }: Frames): string => ((frames * 1000) / ms).toFixed(1);

export const refusalText = (error: unknown): string => (error instanceof UnderstudyError ? error.message : errors['camera.unreachable'].text);
