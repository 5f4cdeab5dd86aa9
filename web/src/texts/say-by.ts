import type { Reason, SayWith } from '../../../src/contract/api/common.ts';
import type { Parts } from './en-said.ts';

type Sentences = Readonly<Record<string, string | ((parts: Parts) => string)>>;

/**
 * What a catalogue says for a code and its parts; null: it does not know the code, or needs parts that did not come (an
 * older failover server, a reason that was stored without them). Pure.
 *
 * @param moment parts whose name ends in `Ms` are moments
 */
export function sayBy(sentences: Sentences, { code, with: parts }: Omit<Reason, 'text'>, moment: (ms: number) => string): string | null {
  const found = Object.hasOwn(sentences, code) ? sentences[code] : undefined;
  if (typeof found === 'function') return parts === undefined ? null : found(readerOf(sentences, parts, moment));
  return found ?? null;
}

function readerOf(sentences: Sentences, parts: SayWith, moment: (ms: number) => string): Parts {
  const text = (key: string): string => {
    const value = parts[key] ?? '';
    if (typeof value === 'number') return key.endsWith('Ms') ? moment(value) : String(value);
    // A reason within a reason: `code` and `text`.
    const code = key === 'text' ? parts['code'] : undefined;
    return (typeof code === 'string' ? sayBy(sentences, { code }, moment) : null) ?? String(value);
  };
  return { text, number: (key) => Number(parts[key] ?? 0), list: (key) => [parts[key] ?? []].flat().map(String) };
}
