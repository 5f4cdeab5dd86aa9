import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, type RefObject } from 'react';
import { useSteps } from '../../components/steps.ts';
import { paths } from '../../paths.ts';
import type { FootageSearch } from './place.ts';

/** Change of the address; `replace` for what is not worth a step back. */
export type GoFootage = (change: FootageSearch, replace?: boolean) => void;

export interface FootageSteps {
  readonly search: FootageSearch;
  readonly go: GoFootage;
  /** What the address would say if everything on the screen stood in it; set by who shows it. */
  readonly here: RefObject<() => FootageSearch>;
  /** The address changed, and not by us: by a step back or on, or by anything else (a link, several steps at once). */
  readonly arrived: RefObject<'step' | 'jump' | null>;
}

/** Deliberate moves are entries of the browser's history; each keeps what was seen when it was left, so that Back shows that again. */
export function useFootageSteps(): FootageSteps {
  const search = useSearch({ from: paths.footage });
  const navigate = useNavigate({ from: paths.footage });
  const { history } = useRouter();
  const here = useRef<() => FootageSearch>(() => ({}));
  const arrived = useRef<'step' | 'jump' | null>(null);
  const own = useRef(false);
  useEffect(
    () =>
      history.subscribe(({ action: { type } }) => {
        if (own.current) arrived.current = null;
        else arrived.current = type === 'BACK' || type === 'FORWARD' ? 'step' : 'jump';
      }),
    [history],
  );
  const go = useSteps<FootageSearch>(search.dialog, (change, how) => {
    own.current = true;
    if (!how.replace) {
      void navigate({ search: (old) => ({ ...old, ...here.current() }), replace: true, state: true });
      // Else the router makes one entry of both.
      history.flush();
    }
    void navigate({ search: (old) => ({ ...old, ...change }), ...how });
    own.current = false;
  });
  return { search, go, here, arrived };
}

/** Calls `show` when Back, Forward or a link led to another place. What closes or opens a dialog leaves everything below it as it is. */
export function useArrival({ search, arrived }: FootageSteps, show: (search: FootageSearch) => void): void {
  const dialog = useRef(search.dialog);
  useEffect(() => {
    const how = arrived.current;
    const isDialog = dialog.current !== search.dialog;
    arrived.current = null;
    dialog.current = search.dialog;
    if (how === 'jump' || (how === 'step' && !isDialog)) show(search);
    // `show` is new with every render; the address is what counts.
  }, [search, arrived]);
}

const restMs = 500;

/** Writes into the address what was moved by and by (dragged, turned, played), at most twice a second. */
export function useAddress({ go, here, arrived }: FootageSteps, place: FootageSearch): void {
  const told = useRef<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const text = JSON.stringify(place);
  useEffect(() => {
    // As it was opened: the address says so already, or says nothing.
    if (told.current === null && place.at !== undefined) told.current = text;
    if (told.current === null || told.current === text) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      // An address that was just arrived at is not written over with what was seen before.
      if (arrived.current !== null) return;
      const now = here.current();
      told.current = JSON.stringify(now);
      go(now, true);
    }, restMs);
  }, [text]);
  useEffect(() => () => clearTimeout(timer.current), []);
}
