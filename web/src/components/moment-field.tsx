import { t } from '../texts/texts.ts';
import { Field } from '../ui/field.tsx';
import { momentsOf } from './local-moment.ts';
import { offsetText } from './time.tsx';

interface MomentFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** The moment that it is read as. */
  readonly meantMs: number | undefined;
  readonly problem?: string | null;
  readonly unit?: string;
  readonly step?: string;
  readonly autoFocus?: boolean;
}

/** A local date and time; in an hour that daylight saving has twice it says which of the two is meant. */
export function MomentField({ meantMs, ...field }: MomentFieldProps) {
  const [first, second] = momentsOf(field.value);
  const isTwice = second !== undefined && meantMs !== undefined;
  return <Field {...field} type="datetime-local" {...(isTwice ? { hint: t.common.twice(meantMs === first, offsetText(meantMs)) } : {})} />;
}
