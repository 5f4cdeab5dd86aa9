import { describe, expect, it } from 'vitest';
import { defaultRestart, phaseOf, supervise, type Supervision, type SupervisionInput } from './supervision.ts';

const rule = defaultRestart;
function play(inputs: readonly SupervisionInput[], used = rule) {
  let state: Supervision = { at: 'idle' };
  const effects = inputs.map((input) => {
    const step = supervise(state, input, used);
    state = step.state;
    return step.effects;
  });
  return { state, last: effects.at(-1), told: effects.flat().flatMap((one) => (one.type === 'tell' ? [one.event.type] : [])) };
}
const start = (nowMs = 0, boot = 'b1'): SupervisionInput => ({ type: 'start', boot, nowMs });
const hello = (boot = 'b1', started = false): SupervisionInput => ({ type: 'hello', boot, started, ending: null, nowMs: 10 });
const gone = (nowMs: number, code: number | null = null): SupervisionInput => ({ type: 'gone', code, signal: 'SIGKILL', nowMs });
const due = (nowMs: number, boot: string): SupervisionInput => ({ type: 'restart due', boot, nowMs });

describe('supervision', () => {
  it('tells starting and started of one run', () => {
    const played = play([start(), hello(), { type: 'started' }, { type: 'started' }]);
    expect(played.told).toEqual(['starting', 'started']);
    expect(phaseOf(played.state)).toEqual({ phase: 'running', boot: 'b1' });
  });

  it('calls an exit without a notice abnormal, whatever the exit code', () => {
    expect(play([start(), hello(), gone(100, 0)]).last).toEqual([
      { type: 'tell', event: { type: 'exited', boot: 'b1', kind: 'abnormal', code: 0, signal: 'SIGKILL', restartInMs: 3000 } },
      { type: 'restart in', ms: 3000 },
    ]);
  });

  it('calls an exit after a notice or our own order normal, whatever the exit code', () => {
    for (const asked of [{ type: 'notice', reason: 'update' }, { type: 'stop', reason: 'update' }] as const) {
      const played = play([start(), hello(), asked, gone(100, 255)]);
      expect(played.last).toEqual([{ type: 'tell', event: { type: 'exited', boot: 'b1', kind: 'normal', reason: 'update' } }]);
      expect(phaseOf(played.state).phase).toBe('stopped normally');
    }
  });

  it('waits longer after each quick crash and forgets them after a calm run', () => {
    const crash = (from: number, n: number): SupervisionInput[] => Array.from({ length: n }, (_, i) => [gone(from + i), due(from + i, `x${i}`)]).flat();
    const waits = (inputs: SupervisionInput[]) => play(inputs).last?.at(-1);
    expect(waits([start(), ...crash(1, 1), gone(2)])).toEqual({ type: 'restart in', ms: 6000 });
    expect(waits([start(), ...crash(1, 2), gone(3)])).toEqual({ type: 'restart in', ms: 12_000 });
    expect(waits([start(), ...crash(1, 9), gone(10)])).toEqual({ type: 'restart in', ms: 60_000 });
    expect(waits([start(), ...crash(1, 9), gone(70_000)])).toEqual({ type: 'restart in', ms: 3000 });
  });

  it('gives up at once where restarting is off', () => {
    const played = play([start(), gone(1)], { ...rule, firstMs: null });
    expect(played.last).toMatchObject([{ event: { restartInMs: null } }]);
    expect(phaseOf(played.state).phase).toBe('stopped by error');
  });

  it('adopts a recorder that already runs, also one that a person started meanwhile', () => {
    expect(play([hello('old', true)]).told).toEqual(['starting', 'started']);
    const played = play([start(), gone(1), hello('by hand', true)]);
    expect(played.last?.[0]).toEqual({ type: 'cancel restart' });
    expect(phaseOf(played.state)).toEqual({ phase: 'running', boot: 'by hand' });
  });

  it('keeps an order to end when the run turns out to be an older one', () => {
    expect(play([start(), { type: 'stop', reason: 'update' }, hello('old'), gone(5)]).last).toMatchObject([{ event: { boot: 'old', kind: 'normal' } }]);
  });

  it('leaves a detached recorder alone', () => {
    const played = play([start(), hello(), { type: 'detach' }, gone(5), hello('b1', true)]);
    expect(played.state).toEqual({ at: 'detached', boot: 'b1' });
    expect(played.last).toEqual([]);
  });

  it('does not restart after stop while waiting', () => {
    const played = play([start(), gone(1), { type: 'stop', reason: 'x' }, due(5000, 'b2')]);
    expect(played.last).toEqual([]);
    expect(phaseOf(played.state).phase).toBe('stopped by error');
  });
});
