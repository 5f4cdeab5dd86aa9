import { useId } from 'react';

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChange: (value: string) => void;
  /** Why nothing can be chosen now; null or missing: it can. */
  readonly disabledBecause?: string | null;
  /** Label and reason are for screen readers and the pointer only: in a table whose column says it. */
  readonly hidesLabel?: boolean;
  /** No wider than its options, in a row of buttons; label and reason are then for screen readers and the pointer. */
  readonly beside?: boolean;
}

/** The browser's own select: keyboard, screen reader and phone are right at once. */
export function Select({ label, value, options, onChange, disabledBecause = null, hidesLabel = false, beside = false }: SelectProps) {
  const id = useId();
  // What an address names may be gone: shown as it is, never as the first of the others.
  const offered = options.some(([key]) => key === value) ? options : [[value, value] as const, ...options];
  return (
    <div className={beside ? '' : 'min-w-0 py-1'}>
      <label htmlFor={id} className={hidesLabel || beside ? 'sr-only' : 'mb-1 block font-medium'}>
        {label}
      </label>
      <select id={id} value={value} disabled={disabledBecause !== null} title={disabledBecause ?? (beside ? label : undefined)} aria-describedby={disabledBecause === null ? undefined : `${id}-because`} onChange={(event) => onChange(event.target.value)} className={`${beside ? '' : 'w-full max-w-72'} text-ellipsis rounded border border-edge bg-panel px-2 py-1.5 text-ink disabled:opacity-55`}>
        {offered.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
      {disabledBecause !== null && (
        <p id={`${id}-because`} className={hidesLabel || beside ? 'sr-only' : 'mt-1 mb-0 text-sm text-dim'}>
          {disabledBecause}
        </p>
      )}
    </div>
  );
}
