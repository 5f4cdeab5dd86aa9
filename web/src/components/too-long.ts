import { t } from '../texts/texts.ts';

/** What is longer than the server takes is told while it is typed, never cut. */
export const tooLong = (text: string, most: number): string | null => (text.length > most ? t.common.tooLong(most) : null);
