import { useRef, type RefObject } from 'react';

const apart = 6;
const edge = 8;

/** Beside what it explains, above or below, inside the window whatever scrolls or clips around it. */
function place(note: HTMLElement, at: HTMLElement): void {
  const beside = at.getBoundingClientRect();
  const { width, height } = note.getBoundingClientRect();
  const above = beside.top - height - apart;
  note.style.left = `${Math.max(edge, Math.min(beside.left, innerWidth - width - edge))}px`;
  note.style.top = `${above >= edge ? above : beside.bottom + apart}px`;
}

function open(note: HTMLElement, at: HTMLElement): void {
  if (note.matches(':popover-open')) return;
  note.showPopover();
  place(note, at);
  const closed = new AbortController();
  const { signal } = closed;
  // What takes the focus by keyboard is scrolled into sight just then: its note goes along. Any other scrolling takes it away.
  const follow = (): void => {
    if (!note.isConnected) closed.abort();
    else if (document.activeElement === at) place(note, at);
    else close(note);
  };
  document.addEventListener('scroll', follow, { capture: true, signal });
  note.addEventListener('toggle', ({ newState }) => newState === 'closed' && closed.abort(), { signal });
}

function close(note: HTMLElement): void {
  if (note.matches(':popover-open')) note.hidePopover();
}

/** Shows a note while its control is pointed at or has the focus: a `title` alone tells nothing on a phone, nor by keyboard. */
export function useNote<T extends HTMLElement>(): { readonly note: RefObject<HTMLSpanElement | null>; readonly events: NoteEvents<T> } {
  const note = useRef<HTMLSpanElement>(null);
  const show = (event: { readonly currentTarget: T }): void => {
    if (note.current) open(note.current, event.currentTarget);
  };
  const hide = (): void => {
    if (note.current) close(note.current);
  };
  return { note, events: { onFocus: show, onClick: show, onPointerEnter: show, onBlur: hide, onPointerLeave: (event) => document.activeElement !== event.currentTarget && hide() } };
}

interface NoteEvents<T> {
  readonly onFocus: (event: { readonly currentTarget: T }) => void;
  readonly onClick: (event: { readonly currentTarget: T }) => void;
  readonly onPointerEnter: (event: { readonly currentTarget: T }) => void;
  readonly onPointerLeave: (event: { readonly currentTarget: T }) => void;
  readonly onBlur: () => void;
}

export const noteClass = 'fixed inset-auto m-0 max-w-72 rounded border border-line bg-raised px-2 py-1 text-left text-sm font-normal whitespace-normal text-ink shadow';
