import { Switch as Base } from '@base-ui/react/switch';
import { useId } from 'react';

interface SwitchProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly hint?: string;
  readonly disabledBecause?: string | null;
}

export function Switch({ label, checked, onChange, hint, disabledBecause = null }: SwitchProps) {
  const id = useId();
  const note = disabledBecause ?? hint;
  return (
    <div className="flex items-start gap-3 py-1">
      <Base.Root
        id={id}
        checked={checked}
        disabled={disabledBecause !== null}
        onCheckedChange={onChange}
        aria-describedby={note ? `${id}-note` : undefined}
        className="mt-0.5 flex h-5 w-9 shrink-0 cursor-pointer rounded-full border border-edge bg-raised p-px data-[checked]:border-accent data-[checked]:bg-accent data-[disabled]:cursor-not-allowed data-[disabled]:opacity-55"
      >
        <Base.Thumb className="size-4 rounded-full border border-edge bg-panel shadow transition-transform data-[checked]:translate-x-4" />
      </Base.Root>
      <div>
        <label htmlFor={id} className="cursor-pointer font-medium">
          {label}
        </label>
        {note && (
          <p id={`${id}-note`} className="m-0 text-sm text-dim">
            {note}
          </p>
        )}
      </div>
    </div>
  );
}
