import { useEffect } from 'react';

/**
 * What has the focus may vanish under it: a lock that was taken off, a button that has done its work, the page that a
 * link led away from. The browser then begins again at the top of everything. Here the focus goes to the nearest thing
 * around it that is left, so that the next Tab goes on from there. Never to another button: Enter may be pressed twice.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let way: Element[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const seen = ({ target }: FocusEvent): void => {
      way = [];
      for (let at = target instanceof Element ? target : null; at && at !== document.body; at = at.parentElement) way.push(at);
    };
    const look = (): void => {
      timer = undefined;
      const [lost] = way;
      if (document.activeElement !== document.body || lost === undefined || lost.isConnected) return;
      const left = way.find((each) => each.isConnected && each.id !== 'root');
      const place = left?.closest('main') ? left : document.querySelector('main');
      way = [];
      if (!(place instanceof HTMLElement)) return;
      if (!place.hasAttribute('tabindex')) place.tabIndex = -1;
      place.focus({ preventScroll: true });
    };
    // A moment later: whatever knows better where the focus belongs (a dialog that closes) comes first.
    const observer = new MutationObserver(() => {
      if (document.activeElement === document.body) timer ??= setTimeout(look, 50);
    });
    observer.observe(document.body, { childList: true, subtree: true });
    document.addEventListener('focusin', seen);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener('focusin', seen);
    };
  }, []);
}
