import type { Sample, Samples } from './samples.ts';

/** What counts as growth: the middle of the last quarter against that of the second. Pure. */
export interface Growth {
  readonly process: string;
  readonly residentMb: readonly [before: number, after: number];
  readonly handles: readonly [before: number, after: number];
  readonly worstDelayMs: number;
  readonly problem: string | null;
}

/** Node gives memory back late: so much, and a quarter, is no leak. */
const freeMb = 40;
const share = 1.25;
const freeHandles = 15;

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

export function growthOf(process: string, samples: readonly Sample[]): Growth {
  const quarter = Math.floor(samples.length / 4);
  const before = samples.slice(quarter, Math.max(quarter + 1, 2 * quarter));
  const after = samples.slice(Math.min(samples.length - 1, 3 * quarter));
  const pair = (of: (sample: Sample) => number): readonly [number, number] => [Math.round(median(before.map(of))), Math.round(median(after.map(of)))];
  const residentMb = pair((sample) => sample.residentMb);
  const handles = pair((sample) => sample.handles);
  const problems = [
    ...(residentMb[1] > residentMb[0] * share + freeMb ? [`${process} grew from ${residentMb[0]} to ${residentMb[1]} MB.`] : []),
    ...(handles[1] > handles[0] + freeHandles ? [`${process} grew from ${handles[0]} to ${handles[1]} handles.`] : []),
  ];
  return { process, residentMb, handles, worstDelayMs: Math.round(Math.max(0, ...samples.map(({ delayMs }) => delayMs ?? 0))), problem: problems.length === 0 ? null : problems.join(' ') };
}

/** Those that were never killed: what grows in them is a leak. */
export function growths({ processes }: Samples, steady: (name: string) => boolean): readonly Growth[] {
  return [...processes].filter(([name]) => steady(name)).map(([name, samples]) => growthOf(name, samples));
}
