import type { ReactNode } from 'react';
import { useTitle } from '../components/title.ts';

interface PageProps {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page with its heading and what can be done on it. */
export function Page({ title, actions, children }: PageProps) {
  useTitle(title);
  return (
    <div className="flex flex-col gap-4 p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="m-0 min-w-0 text-xl font-semibold break-words">{title}</h1>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

export function Panel({ title, children, actions }: { readonly title?: string; readonly children: ReactNode; readonly actions?: ReactNode }) {
  return (
    <section aria-label={title} className="rounded border border-line bg-panel">
      {title && (
        <div className="flex flex-wrap items-center gap-3 border-b border-line px-4 py-2">
          <h2 className="m-0 min-w-0 text-base font-semibold break-words">{title}</h2>
          {actions}
        </div>
      )}
      {children}
    </section>
  );
}
