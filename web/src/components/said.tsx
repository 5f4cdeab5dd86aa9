import type { ReactNode } from 'react';
import type { Capability, Reason } from '../../../src/contract/api/common.ts';
import { sayBy } from '../texts/say-by.ts';
import { t } from '../texts/texts.ts';
import { zonedText } from './time.tsx';

/** Sentences of the failover server, the audit trail above all, are English (docs/decisions/0010). */
const serverLanguage = 'en';

const advice: Readonly<Record<string, string>> = t.advice;

/** What the catalogue says for a code and its parts; null: it does not know it. */
const ownText = (reason: Reason): string | null => sayBy(t.said, reason, zonedText);

/** In the page's words where it has them, else in the server's; for where only text may stand. */
export const saidText = (reason: Reason): string => ownText(reason) ?? reason.text;

/** What the failover server says. Its own sentence is marked with its language, after what the page knows of the code. */
export function Said({ reason, sentence = false }: { readonly reason: Reason; readonly sentence?: boolean }) {
  const own = ownText(reason);
  // The cause of an outage is a phrase where it is a state's, and a sentence where it is a gap's.
  if (own !== null) return <>{sentence ? t.sentence(own) : own}</>;
  const about = t.language === serverLanguage ? undefined : t.general[reason.code];
  return (
    <>
      {about} <Verbatim>{reason.text}</Verbatim>
    </>
  );
}

/** A sentence of the server for which there is no code: shown as it was said. */
export function Verbatim({ children }: { readonly children: ReactNode }) {
  return <span lang={serverLanguage}>{children}</span>;
}

/** What to do, by the code; else as the server says it. */
export function Advice({ code, text }: { readonly code: string; readonly text: string }) {
  return advice[code] === undefined ? <Verbatim>{text}</Verbatim> : <>{advice[code]}</>;
}

/** Why a button cannot be pressed, or what its confirmation is about; null: nothing is said. */
export const canText = ({ reason, because }: Pick<Capability, 'reason' | 'because'>): string | null => (because === undefined ? reason : saidText(because));

const words: Readonly<Record<string, string>> = t.words;

/** A word of the machines, like `active` or `failed (silent)`, by the catalogue; one that it does not know stands as it is. */
export function word(code: string): string {
  const [, outer, inner] = /^(.+) \((.+)\)$/.exec(code) ?? [];
  if (outer !== undefined && inner !== undefined) return `${word(outer)} (${word(inner)})`;
  return Object.hasOwn(words, code) ? (words[code] ?? code) : code;
}

/** The rules of fields are the API's, each a sentence: found by itself. */
export const ruleText = (message: string): string => t.rules[message] ?? message;

/** What breaks a rule, in words; null: nothing does. */
export const wrongOf = (issue: { readonly message: string } | undefined): string | null => (issue === undefined ? null : ruleText(issue.message));
