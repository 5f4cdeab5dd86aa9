import { parseArgs } from 'node:util';

export interface SimulateOptions {
  readonly days: number;
  readonly seed: number;
  readonly servers: number | null;
  readonly workers: number;
  readonly replay: number | null;
  readonly json: boolean;
  readonly help: boolean;
  /** Memory, failpoints and mutants, too; N12 apart. */
  readonly all: boolean;
  readonly only: 'days' | 'n12' | 'memory' | 'failpoints' | 'mutants' | null;
}

export const usage = `npm run simulate -- [options]
  --days N       simulated days of random faults (500)
  --seed N       first seed (1); every script has its own, counted from here
  --servers N    monitored servers in every world, instead of a drawn number
  --workers N    processes side by side (as many as there are processors)
  --replay SEED  plays one seed alone and tells its history in words; if something does not hold, shrinks it
  --n12 | --memory | --failpoints | --mutants   that part alone
  --days-only    the random days alone
  --json         the last line is one JSON object`;

/** Throws an Error in words for what is not understood. */
export function parseOptions(args: readonly string[], processors: number): SimulateOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      days: { type: 'string', default: '500' }, seed: { type: 'string', default: '1' }, servers: { type: 'string' }, workers: { type: 'string' }, replay: { type: 'string' },
      json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false }, n12: { type: 'boolean', default: false }, memory: { type: 'boolean', default: false },
      failpoints: { type: 'boolean', default: false }, mutants: { type: 'boolean', default: false }, 'days-only': { type: 'boolean', default: false },
    },
  });
  const only = values.n12 ? 'n12' : values.memory ? 'memory' : values.failpoints ? 'failpoints' : values.mutants ? 'mutants' : values['days-only'] ? 'days' : null;
  return {
    days: number('days', values.days), seed: number('seed', values.seed), servers: optional('servers', values.servers), workers: optional('workers', values.workers) ?? processors,
    replay: optional('replay', values.replay), json: values.json, help: values.help, all: only === null, only,
  };
}

const optional = (name: string, text: string | undefined): number | null => (text === undefined ? null : number(name, text));

function number(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`--${name} needs a number above 0, not ${text}.`);
  return value;
}
