/** Pure: what the calculator of hot standby answers, as the command line says it. */
import type { Calculation, Figure } from '../../contract/api/standby.ts';
import { table } from '../command.ts';
import { bytesText, durationText, mbit } from './words.ts';

export function standbyText({ hot, cold, outageDayBytes, diskLastsSeconds, secondFailureCameras, secondFailure }: Calculation): string {
  const figures: readonly (readonly [string, Figure])[] = [
    ['hot: sessions per camera', hot.sessionsPerCamera],
    ['hot: network', hot.network],
    ['hot: memory', hot.memory],
    ['hot: pre-roll', hot.prerollSeconds],
    ['hot: cameras that stay cold', hot.coldCameras],
    ['cold: footage lost', cold.lostSeconds],
    ['a day of outage', outageDayBytes],
    ['the disk lasts', diskLastsSeconds],
    ['second failure: no room for', secondFailureCameras],
  ];
  return [
    table(['figure', 'value', 'source', ''], figures.map(([name, figure]) => [name, valueText(figure), figure.source, figure.text])),
    ...part('These would stay cold:', hot.stayCold.map(({ name, reason, source }) => `${name} (${source}): ${reason}`)),
    ...part('If another server failed at the same time, these would not fit:', secondFailure.map(({ name, cameras, source }) => `${name} (${source}): ${cameras.map((camera) => camera.name).join(', ')}`)),
  ].join('\n');
}

const part = (title: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]);

function valueText({ value, unit }: Figure): string {
  if (unit === 'bit/s') return mbit(value);
  if (unit === 'bytes') return bytesText(value);
  if (unit === 'bytes/day') return `${bytesText(value)} a day`;
  return unit === 's' ? durationText(value * 1000) : unit === 'cameras' ? `${value} ${value === 1 ? 'camera' : 'cameras'}` : String(value);
}
