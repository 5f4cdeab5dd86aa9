/** What a person types over settings that others may change meanwhile: nothing of it is lost, nothing of theirs overwritten. */
import { useState } from 'react';

interface Versioned {
  readonly version: number;
}

/** `started`: what was shown when the typing began. */
export interface Edit<S, F> {
  readonly started: S;
  readonly form: F;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Pure: what was typed is kept, whatever comes; as long as nothing was typed the fields show the newest settings. */
export function currentOf<S extends Versioned, F>(edit: Edit<S, F> | null, seen: S, formOf: (from: S) => F): Edit<S, F> {
  // A version of ours that is newer than what is seen was just saved: its news are on their way.
  const kept = edit !== null && (!same(edit.form, formOf(edit.started)) || edit.started.version > seen.version);
  return kept ? edit : { started: seen, form: formOf(seen) };
}

/**
 * Pure: the version to change from. The newest one as long as nobody changed what this form shows: whatever else was
 * changed stands. Else the one that was shown, which the failover server then refuses: the person is told.
 */
export function baseOf<S extends Versioned, F>(started: S, seen: S, formOf: (from: S) => F): S {
  return seen.version > started.version && same(formOf(seen), formOf(started)) ? seen : started;
}

/** Pure: after saving what stood there as `sent` the form shows what was saved; what was typed meanwhile stays over it. */
export function savedOf<S, F>(edit: Edit<S, F> | null, from: S, sent: F, formOf: (from: S) => F): Edit<S, F> {
  return { started: from, form: edit === null || same(edit.form, sent) ? formOf(from) : edit.form };
}

export function useEdit<S extends Versioned, F extends object>(seen: S, formOf: (from: S) => F) {
  const [edit, setEdit] = useState<Edit<S, F> | null>(null);
  const { started, form } = currentOf(edit, seen, formOf);
  return {
    started,
    form,
    dirty: !same(form, formOf(started)),
    base: baseOf(started, seen, formOf),
    type: (part: Partial<F>): void => setEdit({ started, form: { ...form, ...part } }),
    saved: (from: S, sent: F): void => setEdit((now) => savedOf(now, from, sent, formOf)),
    /** Begins again from these settings: saved ones, or somebody else's. */
    restart: (from: S): void => setEdit({ started: from, form: formOf(from) }),
  };
}
