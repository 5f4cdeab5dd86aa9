import { en as english } from '../../web/src/texts/en.ts';

/** Every text in brackets, whatever its arguments bring along; all else as it is. */
function bracketed(part: unknown): unknown {
  if (typeof part === 'string') return `⟦${part}⟧`;
  if (typeof part === 'function') return (...given: readonly unknown[]) => `⟦${String((part as (...given: readonly unknown[]) => unknown)(...given))}⟧`;
  if (Array.isArray(part)) return part.map(bracketed);
  return Object.fromEntries(Object.entries(part as object).map(([key, value]) => [key, bracketed(value)]));
}

/** A second language, as a translator would write it: a catalogue of the same shape. */
export const en = { ...(bracketed(english) as typeof english), language: 'en-XA', rules: {} };
