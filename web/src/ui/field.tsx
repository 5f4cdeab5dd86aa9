import { useId, type HTMLInputTypeAttribute } from 'react';
import { noteClass, useNote } from './note.tsx';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What is wrong with the value, in words; shown at the field while typing. */
  readonly problem?: string | null;
  readonly hint?: string;
  readonly type?: HTMLInputTypeAttribute;
  readonly unit?: string;
  /** Why nothing can be typed now; the field stays reachable by keyboard, and says this. */
  readonly disabledBecause?: string | null;
  readonly autoFocus?: boolean;
  readonly width?: string;
  readonly step?: string;
  /** A secret is the person's own (to be filled in by the browser), not one of the site. */
  readonly own?: boolean;
}

export function Field({ label, value, onChange, problem = null, hint, type = 'text', unit, disabledBecause = null, autoFocus = false, width = 'w-full', step, own = false }: FieldProps) {
  const id = useId();
  const disabled = disabledBecause !== null;
  const { note, events } = useNote<HTMLInputElement>();
  const notes = [disabled && `${id}-because`, problem && `${id}-problem`, unit && `${id}-unit`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div className="py-1">
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      <div className={`flex items-center gap-2 ${type === 'datetime-local' ? 'max-sm:flex-wrap' : ''}`}>
        <input
          id={id}
          type={type}
          step={step}
          // Else the browser puts the person's own password for this page where a mail server's belongs.
          autoComplete={type === 'password' ? (own ? 'current-password' : 'new-password') : undefined}
          value={value}
          // Not `disabled`: that would take it out of the keyboard's way, and nobody would hear why.
          readOnly={disabled}
          aria-disabled={disabled || undefined}
          // A dialog's first field: the person opened it to type here.
          autoFocus={autoFocus}
          aria-invalid={problem !== null}
          aria-describedby={notes || undefined}
          {...(disabled ? events : {})}
          onChange={(event) => onChange(event.target.value)}
          className={`${width} min-w-0 rounded border bg-panel px-2 py-1.5 ${problem ? 'border-alarm' : 'border-edge'} ${disabled ? 'cursor-not-allowed opacity-55' : ''}`}
        />
        {unit && <span id={`${id}-unit`} className="text-dim">{unit}</span>}
        {disabled && (
          <span ref={note} id={`${id}-because`} role="note" popover="manual" className={noteClass}>
            {disabledBecause}
          </span>
        )}
      </div>
      {problem && (
        <p id={`${id}-problem`} role="alert" className="mt-1 mb-0 text-sm text-alarm">
          {problem}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="mt-1 mb-0 text-sm text-dim">
          {hint}
        </p>
      )}
    </div>
  );
}
