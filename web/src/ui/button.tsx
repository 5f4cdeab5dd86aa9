import { useId, type ReactNode } from 'react';
import { noteClass, useNote } from './note.tsx';

export interface ButtonProps {
  readonly children: ReactNode;
  /** Left out: it sends the form that it stands in, as Enter in a field does. */
  readonly onPress?: () => void;
  /** Why it cannot be pressed now; the button stays visible, reachable by keyboard, and says this. */
  readonly disabledBecause?: string | null;
  readonly kind?: 'plain' | 'primary' | 'danger';
  readonly label?: string;
  readonly small?: boolean;
}

const kinds = {
  plain: 'border-line bg-panel text-ink hover:bg-raised',
  primary: 'border-accent bg-accent text-on-accent hover:brightness-110',
  danger: 'border-alarm bg-panel text-alarm hover:bg-raised',
} as const;

/** A button that is disabled with a reason, never hidden. `aria-disabled` keeps it reachable for the reason to be read. */
export function Button({ children, onPress, disabledBecause = null, kind = 'plain', label, small = false }: ButtonProps) {
  const id = useId();
  const { note, events } = useNote<HTMLButtonElement>();
  const disabled = disabledBecause !== null;
  return (
    <span className="relative inline-block">
      <button
        type={onPress || disabled ? 'button' : 'submit'}
        aria-label={label}
        aria-disabled={disabled}
        aria-describedby={disabled ? id : undefined}
        {...events}
        onClick={(event) => {
          if (disabled) events.onClick(event);
          else onPress?.();
        }}
        className={`rounded border font-medium sm:whitespace-nowrap ${small ? 'px-2 py-0.5 text-sm' : 'px-3 py-1.5'} ${kinds[kind]} ${disabled ? 'cursor-not-allowed opacity-55' : 'cursor-pointer'}`}
      >
        {children}
      </button>
      {disabled && (
        <span ref={note} id={id} role="note" popover="manual" className={noteClass}>
          {disabledBecause}
        </span>
      )}
    </span>
  );
}
