import { useState } from 'react';
import type { VersionedSettings } from '../../../../src/contract/api/failover.ts';
import { defaultTimeouts, timeoutLimits, timeouts, type TimeoutLimit, type Timeouts } from '../../../../src/contract/api/timeouts.ts';
import { CallError } from '../../api/client.ts';
import { useChangeSettings, useSettings } from '../../api/failover.ts';
import { useChangeBlock } from '../../api/session.ts';
import { t } from '../../texts/en.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Switch } from '../../ui/switch.tsx';
import type { Place } from './setup.tsx';

export function Advanced({ place, onClose }: { readonly place: Place; readonly onClose: () => void }) {
  const settings = useSettings(place.failover);
  return settings.data ? <Form place={place} seen={settings.data} onClose={onClose} /> : null;
}

/** Units as in the seed: keep alive in seconds, the others in minutes; with shorter ones allowed all in seconds (10 s are no fine number of minutes). */
const unitOf = ({ key }: TimeoutLimit, shorter: boolean): { readonly ms: number; readonly name: string } =>
  shorter || key === 'keepAliveMs' || key === 'holdDownMs' ? { ms: 1_000, name: t.failover.seconds } : { ms: 60_000, name: t.failover.minutes };

type Typed = Readonly<Record<TimeoutLimit['key'], string>>;

const typedOf = (values: Timeouts): Typed =>
  Object.fromEntries(timeoutLimits.map((limit) => [limit.key, String(Math.round((values[limit.key] / unitOf(limit, values.allowShorter).ms) * 1e6) / 1e6)])) as Typed;

/** What was typed as milliseconds; NaN where it is no number. */
const valuesOf = (typed: Typed, allowShorter: boolean): Timeouts => ({
  allowShorter,
  ...(Object.fromEntries(timeoutLimits.map((limit) => [limit.key, typed[limit.key].trim() === '' ? Number.NaN : Math.round(Number(typed[limit.key].replace(',', '.')) * unitOf(limit, allowShorter).ms)])) as Omit<Timeouts, 'allowShorter'>),
});

function Form({ place, seen, onClose }: { readonly place: Place; readonly seen: VersionedSettings; readonly onClose: () => void }) {
  const block = useChangeBlock();
  const change = useChangeSettings(place.failover);
  // The version that this dialog was opened with: somebody else's change in between is then told.
  const [started] = useState(seen);
  const [typed, setTyped] = useState(() => typedOf(seen.settings.timeouts));
  const [shorter, setShorter] = useState(seen.settings.timeouts.allowShorter);
  const checked = timeouts.safeParse(valuesOf(typed, shorter));
  const problem = (key: string): string | null => (checked.success ? null : (checked.error.issues.find(({ path }) => path[0] === key)?.message ?? null));
  /** The same moments in the other unit; what is no number stays as it was typed. */
  const allow = (next: boolean): void => {
    const values = valuesOf(typed, shorter);
    const converted = typedOf({ ...values, allowShorter: next });
    setTyped(Object.fromEntries(timeoutLimits.map(({ key }) => [key, Number.isNaN(values[key]) ? typed[key] : converted[key]])) as Typed);
    setShorter(next);
  };
  const error = change.error instanceof CallError ? change.error : null;

  return (
    <Dialog
      wide
      title={t.failover.advancedTitle}
      onClose={onClose}
      actions={
        <>
          <Button
            onPress={() => {
              setTyped(typedOf(defaultTimeouts));
              setShorter(defaultTimeouts.allowShorter);
            }}
          >
            {t.common.reset}
          </Button>
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button kind="primary" disabledBecause={block ?? (checked.success ? null : t.failover.mendFirst)} onPress={() => checked.success && change.mutate({ seen: started, change: { timeouts: checked.data } }, { onSuccess: onClose })}>
            {t.common.ok}
          </Button>
        </>
      }
    >
      <div className="overflow-x-auto">
        <table role="table" className="w-full border-collapse text-left align-top max-sm:block">
          <thead role="rowgroup" className="text-sm text-dim max-sm:sr-only">
            <tr role="row">
              {[t.failover.type, t.failover.value, t.failover.defaultValue, t.failover.minValue, t.failover.maxValue, t.failover.description].map((title) => (
                <th key={title} role="columnheader" scope="col" className="px-2 py-1 font-medium">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup" className="max-sm:block">
            {timeoutLimits.map((limit) => (
              <Row key={limit.key} limit={limit} shorter={shorter} value={typed[limit.key]} problem={problem(limit.key)} onChange={(value) => setTyped({ ...typed, [limit.key]: value })} />
            ))}
          </tbody>
        </table>
      </div>
      <Switch label={t.failover.allowShorter} hint={t.failover.allowShorterHint} checked={shorter} onChange={allow} />
      {error && (
        <p role="alert" className="text-alarm">
          {error.code === 'input.conflict' ? t.common.conflict : error.message} {error.advice}
        </p>
      )}
    </Dialog>
  );
}

interface RowProps {
  readonly limit: TimeoutLimit;
  readonly shorter: boolean;
  readonly value: string;
  readonly problem: string | null;
  readonly onChange: (value: string) => void;
}

function Row({ limit, shorter, value, problem, onChange }: RowProps) {
  const unit = unitOf(limit, shorter);
  const shown = (ms: number): string => (unit.ms > ms ? `${ms / 1_000} ${t.failover.seconds}` : `${ms / unit.ms} ${unit.name}`);
  const id = `timeout-${limit.key}`;
  return (
    <tr role="row" className="border-t border-line max-sm:grid max-sm:grid-cols-[minmax(0,1fr)_auto] max-sm:py-1.5">
      <th role="rowheader" scope="row" className="px-2 py-1.5 text-left font-medium max-sm:self-center">
        <label htmlFor={id}>{limit.label}</label>
      </th>
      <td role="cell" className="px-2 py-1.5 whitespace-nowrap">
        <input id={id} inputMode="decimal" value={value} aria-invalid={problem !== null} aria-describedby={`${id}-note`} onChange={(event) => onChange(event.target.value)} className={`w-20 rounded border bg-panel px-2 py-1 ${problem ? 'border-alarm' : 'border-line'}`} /> {unit.name}
      </td>
      <Limit title={t.failover.defaultValue} text={shown(limit.defaultMs)} />
      <Limit title={t.failover.minValue} text={shown(shorter ? limit.shortestMs : limit.minMs)} />
      <Limit title={t.failover.maxValue} text={shown(limit.maxMs)} />
      <td role="cell" id={`${id}-note`} className="px-2 py-1.5 text-sm text-dim max-sm:col-span-2 max-sm:py-0.5">
        {problem ? (
          <span role="alert" className="text-alarm">
            {problem}
          </span>
        ) : (
          limit.description
        )}
      </td>
    </tr>
  );
}

/** A figure; on a phone it stands below the field, with the title that the column has elsewhere. */
function Limit({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <td role="cell" className="px-2 py-1.5 whitespace-nowrap max-sm:col-span-2 max-sm:flex max-sm:justify-between max-sm:py-0.5 max-sm:text-sm max-sm:text-dim">
      <span aria-hidden className="sm:hidden">
        {title}
      </span>
      {text}
    </td>
  );
}
