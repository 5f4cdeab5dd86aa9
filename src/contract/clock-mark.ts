import { gapText } from './gap-text.ts';

/** What a clock that was set means for the footage that it timed. `movedMs` above 0: ahead. */
export const clockMarkText = (host: string, movedMs: number): string =>
  movedMs > 0
    ? `The clock of the ${host} was set ahead by ${gapText(movedMs)}: these times were left out, and what it recorded before lies by the clock of then.`
    : `The clock of the ${host} was set back by ${gapText(-movedMs)}: it recorded under these times twice, and what it recorded before lies by the clock of then.`;

/** Of a gap in such times, which proves nothing. */
export const clockGapText = (host: string, movedMs: number): string => `Perhaps no gap. ${clockMarkText(host, movedMs)}`;
