/** Pure: how the command line says things. Times are UTC. */
import { InvalidArgumentError } from 'commander';

export const utc = (ms: number | null): string => (ms === null ? '-' : `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}`);

export function ago(ms: number | null, nowMs: number): string {
  if (ms === null) return 'never';
  return `${durationText(Math.max(0, nowMs - ms))} ago`;
}

export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

export const codecText = (codec: 'h264' | 'h265' | undefined): string => (codec === 'h265' ? 'H.265' : 'H.264');

export const mbit = (bits: number): string => `${(bits / 1e6).toFixed(1)} Mbit/s`;

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `30m`, `2h`, `1d` → milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(s|m|min|h|d)$/.exec(text.trim());
  const unit = units[match?.[2] ?? ''];
  if (match === null || unit === undefined) throw new InvalidArgumentError('A duration like 90s, 30m, 2h or 1d.');
  return Number(match[1]) * unit;
}

/** `2026-06-01T12:00:00Z` (zone needed), `now`, or a duration back from now like `-10m` → milliseconds since 1970. */
export function parseMoment(nowMs: number): (text: string) => number {
  return (text) => {
    if (text === 'now') return nowMs;
    if (text.startsWith('-')) return nowMs - parseDuration(text.slice(1));
    if (!/(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(Date.parse(text))) throw new InvalidArgumentError('A moment like 2026-06-01T12:00:00Z (with its zone), "now", or "-10m".');
    return Date.parse(text);
  };
}
