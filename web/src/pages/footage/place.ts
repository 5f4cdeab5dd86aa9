import { inputOf, momentsOf } from '../../components/local-moment.ts';

/** What the address of the Footage page says; all times in microseconds since 1970. */
export interface FootageSearch {
  readonly server?: string | undefined;
  /** Camera ids with commas. */
  readonly cameras?: string | undefined;
  readonly dialog?: string | undefined;
  /** What the timeline shows. */
  readonly fromUs?: number | undefined;
  readonly toUs?: number | undefined;
  /** Where the cursor stands. */
  readonly at?: number | undefined;
  readonly live?: true | undefined;
  /** How fast it plays; left out: as it happened. */
  readonly speed?: number | undefined;
  /** What is selected on the timeline. */
  readonly selectedFromUs?: number | undefined;
  readonly selectedToUs?: number | undefined;
}

/** A stretch of time on the screen. */
export interface View {
  readonly fromUs: number;
  readonly toUs: number;
}

/** A stretch of an address; null while one of its ends is missing, or it is none. */
export const viewOf = (fromUs: number | undefined, toUs: number | undefined): View | null => (fromUs !== undefined && toUs !== undefined && toUs > fromUs ? { fromUs, toUs } : null);

export const speeds = [0.25, 0.5, 1, 2, 4, 8, 16] as const;

/** The speed of an address, if it is one that is offered. */
export const speedOf = (value: unknown): number | undefined => speeds.find((speed) => speed === value && speed !== 1);

const secondUs = 1e6;
const shortest = 2 * secondUs;
const longest = 31 * 86_400 * secondUs;

export const usOfPixel = (view: View, x: number, width: number): number => view.fromUs + (x / width) * (view.toUs - view.fromUs);
export const pixelOfUs = (view: View, us: number, width: number): number => ((us - view.fromUs) / (view.toUs - view.fromUs)) * width;

/** Zooms by `factor` (below 1: closer) so that `aroundUs` stays where it is. */
export function zoomed(view: View, factor: number, aroundUs: number): View {
  const length = view.toUs - view.fromUs;
  const next = Math.min(longest, Math.max(shortest, length * factor));
  const fromUs = Math.round(aroundUs - ((aroundUs - view.fromUs) / length) * next);
  return { fromUs, toUs: Math.round(fromUs + next) };
}

export const moved = (view: View, byUs: number): View => ({ fromUs: Math.round(view.fromUs + byUs), toUs: Math.round(view.toUs + byUs) });

/** What to ask for: wider than the view and on a grid, so that panning does not ask for every pixel. */
export function askedFor(view: View): View {
  const grid = 2 ** Math.ceil(Math.log2((view.toUs - view.fromUs) / 2));
  const fromUs = Math.max(0, (Math.floor(view.fromUs / grid) - 1) * grid);
  const toUs = (Math.ceil(view.toUs / grid) + 1) * grid;
  // The API gives at most 31 days: of so wide a view exactly what is shown.
  return toUs - fromUs <= longest ? { fromUs, toUs } : view;
}

const steps = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800].map((seconds) => seconds * secondUs);

/** Places of the time scale, about `apart` pixels apart, on round local times. */
export function ticks(view: View, width: number, apart = 110): readonly number[] {
  const wanted = ((view.toUs - view.fromUs) / width) * apart;
  const step = steps.find((each) => each >= wanted) ?? 604_800 * secondUs;
  const offset = -new Date(view.fromUs / 1_000).getTimezoneOffset() * 60 * secondUs;
  const first = Math.ceil((view.fromUs + offset) / step) * step - offset;
  return Array.from({ length: Math.max(0, Math.floor((view.toUs - first) / step) + 1) }, (_, index) => first + index * step);
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const minute = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });

/** Label of a tick: as fine as the view needs, the date where a day begins. */
export function tickText(us: number, view: View): string {
  const date = new Date(us / 1_000);
  if (date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0) return day.format(date);
  const length = view.toUs - view.fromUs;
  if (length > 20 * 60 * secondUs) return minute.format(date);
  return length > 8 * secondUs ? clock.format(date) : `${clock.format(date)}.${Math.floor((us % secondUs) / 100_000)}`;
}

/** To the hundredth of a second, for the cursor. */
export function exactText(us: number): string {
  const date = new Date(us / 1_000);
  return `${day.format(date)} ${clock.format(date)}.${String(Math.floor((us % secondUs) / 10_000)).padStart(2, '0')}`;
}

/**
 * The moment that a person means by a local date and time. An hour that daylight saving has twice is read as the one
 * nearer to `nearUs`, where the person was looking; what was not changed (to the second) is exactly that.
 */
export function usOfInput(text: string, nearUs: number): number {
  if (text === inputTime(nearUs)) return Math.round(nearUs);
  const [first = Number.NaN, second = first] = momentsOf(text).map((ms) => ms * 1_000);
  return Math.abs(second - nearUs) < Math.abs(first - nearUs) ? second : first;
}

export const inputTime = (us: number): string => inputOf(us / 1_000);
