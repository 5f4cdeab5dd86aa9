import { en } from './en.ts';

/** The shape of a catalogue, whatever its language: same places, other words. */
type Words<T> = T extends string ? string : T extends (...of: infer A) => string ? (...of: A) => string : { readonly [K in keyof T]: Words<T[K]> };
export type Texts = Words<typeof en>;

/** The texts in force. A second language is a second file of this shape, and the choice between them stands here. */
export const t: Texts = en;
