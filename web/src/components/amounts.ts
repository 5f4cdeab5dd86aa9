import { t } from '../texts/texts.ts';

/** Amounts for people: decimal units, as disks and network links are sold. */
function scaled(value: number, units: readonly string[]): string {
  let rest = value;
  let index = 0;
  while (rest >= 1000 && index < units.length - 1) {
    rest /= 1000;
    index++;
  }
  return `${rest >= 100 || index === 0 ? Math.round(rest) : rest.toFixed(1)} ${units[index]}`;
}

export const bytesText = (bytes: number): string => scaled(bytes, t.units.bytes);
export const rateText = (bits: number): string => scaled(bits, t.units.rate);
