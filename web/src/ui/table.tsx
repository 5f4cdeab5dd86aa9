import type { ReactNode } from 'react';

interface TableProps {
  readonly label: string;
  readonly titles: readonly string[];
  readonly children: ReactNode;
}

/**
 * A table whose rows become cards where it is narrow (the cells then carry their title). The roles are
 * written out because a changed `display` would take them away from screen readers.
 */
export function Table({ label, titles, children }: TableProps) {
  return (
    <div className="@container">
      <table role="table" aria-label={label} className="w-full border-collapse text-left align-top @max-[60em]:block">
        <thead role="rowgroup" className="text-sm text-dim @max-[60em]:sr-only">
          <tr role="row">
            {titles.map((title) => (
              <th key={title} role="columnheader" scope="col" className="border-b border-line px-2.5 py-1.5 align-bottom font-medium">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" className="@max-[60em]:block">
          {children}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  /** The column's; shown on a card. */
  readonly title: string;
  readonly children: ReactNode;
  readonly wide?: boolean;
  /** On a narrow card below its title, not beside it: for what cannot be broken into lines, as a select. */
  readonly below?: boolean;
}

/** A cell; on a card its title is beside it, and an empty cell takes no room. */
export function Cell({ title, children, wide = false, below = false }: CellProps) {
  return (
    <td role="cell" className={`border-b border-line px-2.5 py-2 @max-[60em]:grid @max-[60em]:grid-cols-[8.5rem_minmax(0,1fr)] @max-[60em]:gap-x-2 @max-[60em]:border-b-0 @max-[60em]:py-0.5 @max-[60em]:has-[>div:empty]:hidden ${below ? '@max-[26rem]:grid-cols-1' : ''} ${wide ? 'min-w-28 [overflow-wrap:anywhere]' : ''}`}>
      <span aria-hidden className="hidden text-sm text-dim @max-[60em]:block">
        {title}
      </span>
      <div className="min-w-0">{children}</div>
    </td>
  );
}

/** The first cell: what the row is about. */
export function RowHead({ children }: { readonly children: ReactNode }) {
  return (
    <th role="rowheader" scope="row" className="border-b border-line px-2.5 py-2 text-left font-medium @min-[60em]:min-w-28 @max-[60em]:block @max-[60em]:border-b-0 @max-[60em]:pb-1">
      {children}
    </th>
  );
}

/** Classes of a row that becomes a card. */
export const rowClass = 'align-top @max-[60em]:block @max-[60em]:border-b @max-[60em]:border-line @max-[60em]:pb-2';
