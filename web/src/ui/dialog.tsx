import { Dialog as Base } from '@base-ui/react/dialog';
import { useState, type ReactNode } from 'react';
import { ConnectionBar } from '../components/connection-bar.tsx';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly actions: ReactNode;
  readonly wide?: boolean;
  /** Enter in a field does this. */
  readonly onEnter?: () => void;
}

let lastOpener: Element | null = null;

/** What has the focus; a dialog that follows another was opened by what opened that one. */
function openerNow(): Element | null {
  if (!document.activeElement?.closest('[role=dialog]')) lastOpener = document.activeElement;
  return lastOpener;
}

/** A modal dialog; Escape and the caller's buttons close it, a press outside does not (typed text would be lost). */
export function Dialog({ title, onClose, children, actions, wide = false, onEnter }: DialogProps) {
  // Seen before a field of the dialog takes the focus: afterwards nobody knows where it came from.
  const [opener] = useState(openerNow);
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()} disablePointerDismissal>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-20 bg-black/45" />
        <Base.Popup
          finalFocus={() => (opener instanceof HTMLElement && opener !== document.body && opener.isConnected ? opener : true)}
          className={`fixed top-1/2 left-1/2 z-20 max-h-[92vh] w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 scroll-pb-16 overflow-auto rounded-lg border border-line bg-panel p-5 pb-0 text-ink shadow-xl ${wide ? 'max-w-4xl' : 'max-w-lg'}`}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement) || event.target.type === 'checkbox' || !onEnter) return;
            // Else it presses the button that opened the dialog too: that one has the focus by then.
            event.preventDefault();
            onEnter();
          }}
        >
          {/* The page's own lies below, dimmed, and hidden from screen readers. */}
          <div className="-mx-5 -mt-5 mb-4 empty:hidden">
            <ConnectionBar />
          </div>
          <Base.Title className="mt-0 mb-3 text-lg font-semibold break-words">{title}</Base.Title>
          {children}
          {/* In view however long the dialog is; on a phone they would take too much of it. */}
          <div className="bottom-0 -mx-5 sm:sticky mt-2 flex flex-wrap justify-end gap-2 bg-panel px-5 pt-2 pb-5">{actions}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
