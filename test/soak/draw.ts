import type { Samples } from './samples.ts';

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [atMs: number, value: number])[];
}

interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
}

const width = 960;
const height = 220;
const left = 60;
const right = 170;
const top = 34;
const bottom = 26;
const colours = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#17becf', '#8c564b', '#e377c2'];

/** Memory, handles, disk and event-loop delay over time, one below the other; faults as thin lines. Pure. */
export function drawing(samples: Samples, faults: readonly { readonly atMs: number; readonly text: string }[]): string {
  const of = (pick: (sample: NonNullable<ReturnType<Samples['processes']['get']>>[number]) => number | null): readonly Line[] =>
    [...samples.processes].map(([name, all]) => ({ name, points: all.flatMap((sample) => (pick(sample) === null ? [] : [[sample.atMs, pick(sample)!] as const])) }));
  const charts: readonly Chart[] = [
    { title: 'Resident memory', unit: 'MB', lines: of(({ residentMb }) => residentMb) },
    { title: 'File handles', unit: '', lines: of(({ handles }) => handles) },
    { title: 'Footage on disk', unit: 'MB', lines: [...samples.disks].map(([name, all]) => ({ name, points: all.map(({ atMs, megabytes }) => [atMs, megabytes] as const) })) },
    { title: 'Longest event-loop delay in half a second (frozen processes show their freeze)', unit: 'ms', lines: of(({ delayMs }) => delayMs) },
  ];
  const times = charts.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([atMs]) => atMs)));
  const span = [Math.min(...times), Math.max(...times)] as const;
  const body = charts.map((chart, index) => `<g transform="translate(0 ${index * height})">${chartOf(chart, span, faults)}</g>`).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${charts.length * height}" font-family="sans-serif" font-size="11">\n<rect width="100%" height="100%" fill="white"/>\n${body}\n</svg>\n`;
}

function chartOf({ title, unit, lines }: Chart, [fromMs, toMs]: readonly [number, number], faults: readonly { readonly atMs: number; readonly text: string }[]): string {
  const most = niceAbove(Math.max(1, ...lines.flatMap(({ points }) => points.map(([, value]) => value))));
  const x = (atMs: number): string => (left + ((atMs - fromMs) / Math.max(1, toMs - fromMs)) * (width - left - right)).toFixed(1);
  const y = (value: number): string => (height - bottom - (value / most) * (height - top - bottom)).toFixed(1);
  const grid = [0, 0.5, 1].map((part) => `<line x1="${left}" x2="${width - right}" y1="${y(most * part)}" y2="${y(most * part)}" stroke="#ddd"/><text x="${left - 6}" y="${y(most * part)}" text-anchor="end" dy="4">${round(most * part)}</text>`);
  const minutes = Array.from({ length: 6 }, (_, at) => fromMs + ((toMs - fromMs) * at) / 5).map((atMs) => `<text x="${x(atMs)}" y="${height - 10}" text-anchor="middle">${((atMs - fromMs) / 60_000).toFixed(1)} min</text>`);
  const marks = faults.map(({ atMs, text }) => `<line x1="${x(atMs)}" x2="${x(atMs)}" y1="${top}" y2="${height - bottom}" stroke="#bbb" stroke-dasharray="2 3"><title>${escaped(text)}</title></line>`);
  const drawn = lines.map(({ name, points }, index) => {
    const colour = colours[index % colours.length]!;
    return `<polyline fill="none" stroke="${colour}" stroke-width="1.3" points="${points.map(([atMs, value]) => `${x(atMs)},${y(value)}`).join(' ')}"/><text x="${width - right + 10}" y="${top + 12 + index * 15}" fill="${colour}">${escaped(name)}: ${round(points.at(-1)?.[1] ?? 0)} ${unit}</text>`;
  });
  return `<text x="${left}" y="20" font-size="13" font-weight="bold">${escaped(title)}</text>${[...grid, ...minutes, ...marks, ...drawn].join('')}`;
}

const round = (value: number): string => (value >= 10 ? value.toFixed(0) : value.toFixed(1));
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function niceAbove(value: number): number {
  const step = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map((factor) => factor * step).find((each) => each >= value) ?? value;
}
