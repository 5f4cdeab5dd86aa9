import { useRouter, type HistoryState } from '@tanstack/react-router';

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** This entry of the browser's history is the one before it, with a dialog over it. */
    readonly dialogOver?: boolean;
  }
}

/** How a change of the address is written into the browser's history. */
export interface How {
  readonly replace: boolean;
  readonly state: HistoryState;
}

interface OpensDialogs {
  readonly dialog?: string | undefined;
}

/** The entry that was left by closing its dialog: the browser takes a moment, and Escape may be pressed twice. */
let left: string | undefined;

/**
 * Changes of the address as steps of the browser's history. Opening a dialog is a step; closing it takes that
 * step back, and a dialog that follows another stands in its place: Back never opens again what was done with.
 */
export function useSteps<C extends OpensDialogs>(open: string | undefined, write: (change: C, how: How) => void): (change: C, replace?: boolean) => void {
  const { history } = useRouter();
  return (change, replace = false) => {
    const { dialogOver = false, __TSR_key: key } = history.location.state;
    if (!('dialog' in change)) return write(change, { replace, state: { dialogOver: dialogOver && replace } });
    if (change.dialog !== undefined) return write(change, open === undefined ? { replace: false, state: { dialogOver: true } } : { replace: true, state: { dialogOver } });
    if (!dialogOver || Object.keys(change).length > 1) return write(change, { replace: true, state: {} });
    if (left === key) return;
    left = key;
    const arrived = history.subscribe(() => {
      left = undefined;
      arrived();
    });
    history.back();
  };
}
