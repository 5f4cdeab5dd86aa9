import type { VersionedSettings } from '../../../../src/contract/api/failover.ts';
import { defaultTimeouts, timeoutLimits, timeouts, type TimeoutLimit, type Timeouts } from '../../../../src/contract/api/timeouts.ts';
import { CallError } from '../../api/client.ts';
import { useChangeSettings, useSettings } from '../../api/failover.ts';
import { useChangeBlock } from '../../api/session.ts';
import { useEdit } from '../../components/edit.ts';
import { ruleText } from '../../components/said.tsx';
import { numberOf } from '../../components/typed-number.ts';
import { t } from '../../texts/texts.ts';
import { Asked, Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Switch } from '../../ui/switch.tsx';
import type { Place } from './setup.tsx';

export function Advanced({ place, onClose }: { readonly place: Place; readonly onClose: () => void }) {
  const settings = useSettings(place.failover);
  if (settings.data) return <Form place={place} seen={settings.data} onClose={onClose} />;
  return (
    <Dialog title={t.failover.advancedTitle} onClose={onClose} actions={<Button onPress={onClose}>{t.common.cancel}</Button>}>
      <Asked query={settings}>{() => null}</Asked>
    </Dialog>
  );
}

/** Units as in the seed: keep alive in seconds, the others in minutes; with shorter ones allowed all in seconds (10 s are no fine number of minutes). */
const unitOf = ({ key }: TimeoutLimit, shorter: boolean): { readonly ms: number; readonly name: string } =>
  shorter || key === 'keepAliveMs' || key === 'holdDownMs' ? { ms: 1_000, name: t.failover.seconds } : { ms: 60_000, name: t.failover.minutes };

type Typed = Readonly<Record<TimeoutLimit['key'], string>>;

const typedOf = (values: Timeouts): Typed =>
  Object.fromEntries(timeoutLimits.map((limit) => [limit.key, String(Math.round((values[limit.key] / unitOf(limit, values.allowShorter).ms) * 1e6) / 1e6)])) as Typed;

/** Far beyond every maximum, and still a number that the rules can name. */
const most = 1e12;

/** What was typed as milliseconds; NaN where it is no number. */
const valuesOf = (typed: Typed, allowShorter: boolean): Timeouts => ({
  allowShorter,
  ...(Object.fromEntries(
    timeoutLimits.map((limit) => [limit.key, Math.min(most, Math.max(-most, Math.round(numberOf(typed[limit.key]) * unitOf(limit, allowShorter).ms)))]),
  ) as Omit<Timeouts, 'allowShorter'>),
});

/** What is wrong in each row; a row without a number hides nothing of the others. */
function problemsOf(values: Timeouts): ReadonlyMap<string, string> {
  const missing = timeoutLimits.filter(({ key }) => Number.isNaN(values[key]));
  const filled = { ...values, ...Object.fromEntries(missing.map(({ key, defaultMs }) => [key, defaultMs])) };
  const wrong = (timeouts.safeParse(filled).error?.issues ?? []).map(({ path, message }) => [String(path[0]), ruleText(message)] as const);
  return new Map([...wrong, ...missing.map(({ key }) => [key, t.common.numberNeeded] as const)]);
}

const formOf = ({ settings }: VersionedSettings) => ({ typed: typedOf(settings.timeouts), shorter: settings.timeouts.allowShorter });

function Form({ place, seen, onClose }: { readonly place: Place; readonly seen: VersionedSettings; readonly onClose: () => void }) {
  const block = useChangeBlock();
  const change = useChangeSettings(place.failover);
  const edit = useEdit(seen, formOf);
  const { typed, shorter } = edit.form;
  const values = valuesOf(typed, shorter);
  const problems = problemsOf(values);
  /** The same moments in the other unit; what is no number stays as it was typed. */
  const allow = (next: boolean): void => {
    const converted = typedOf({ ...values, allowShorter: next });
    edit.type({ typed: Object.fromEntries(timeoutLimits.map(({ key }) => [key, Number.isNaN(values[key]) ? typed[key] : converted[key]])) as Typed, shorter: next });
  };
  const conflict = change.error instanceof CallError && change.error.code === 'input.conflict';
  const because = block ?? (problems.size > 0 ? t.failover.mendFirst : change.isPending ? t.common.busy : null);
  const save = (): void => {
    if (because === null) change.mutate({ seen: edit.base, change: { timeouts: values } }, { onSuccess: onClose });
  };
  const startAgain = (): void => {
    edit.restart(seen);
    change.reset();
  };

  return (
    <Dialog
      wide
      title={t.failover.advancedTitle}
      onClose={onClose}
      onEnter={save}
      actions={
        <>
          <Button onPress={() => edit.type({ typed: typedOf(defaultTimeouts), shorter: defaultTimeouts.allowShorter })}>{t.common.reset}</Button>
          {conflict && <Button onPress={startAgain}>{t.common.takeTheirs}</Button>}
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button kind="primary" disabledBecause={because} onPress={save}>
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
              <Row key={limit.key} limit={limit} shorter={shorter} value={typed[limit.key]} problem={problems.get(limit.key) ?? null} onChange={(value) => edit.type({ typed: { ...typed, [limit.key]: value } })} />
            ))}
          </tbody>
        </table>
      </div>
      <Switch label={t.failover.allowShorter} hint={t.failover.allowShorterHint} checked={shorter} onChange={allow} />
      <Refusal error={change.error} />
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
        <label htmlFor={id}>{t.failover.timeouts[limit.key].label}</label>
      </th>
      <td role="cell" className="px-2 py-1.5 whitespace-nowrap">
        <input id={id} inputMode="decimal" value={value} aria-invalid={problem !== null} aria-describedby={`${id}-unit ${id}-note`} onChange={(event) => onChange(event.target.value)} className={`w-20 rounded border bg-panel px-2 py-1 ${problem ? 'border-alarm' : 'border-edge'}`} /> <span id={`${id}-unit`}>{unit.name}</span>
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
          t.failover.timeouts[limit.key].description
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
