import type { ReactNode } from 'react';

interface PaneProps {
  readonly title: string;
  readonly children: ReactNode;
  /** The row in the lower left corner: plus and minus. */
  readonly foot?: ReactNode;
}

export function Pane({ title, children, foot }: PaneProps) {
  return (
    <section aria-label={title} className="flex min-h-0 min-w-0 flex-col bg-panel">
      <h2 className="m-0 border-b border-line px-3 py-2 text-base font-semibold">{title}</h2>
      <div className="grow lg:min-h-40 overflow-auto">{children}</div>
      {foot && <div className="flex gap-1 border-t border-line px-2 py-1.5">{foot}</div>}
    </section>
  );
}
