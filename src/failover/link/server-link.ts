import { beatBase, type BeatBase, expandBeat } from '../../contract/beat.ts';
import { type ErrorCode, UnderstudyError } from '../../contract/errors.ts';
import type { LifeSign, Welcome } from '../../contract/link.ts';
import { type LinkMessage, parseLinkMessage } from '../../contract/link-parse.ts';
import type { Clock, Timers } from '../../platform/clock.ts';
import { type Asker, makeAsker } from '../../platform/link-asker.ts';
import { openLink, type Opened, type Opening, Refusal } from '../../platform/link-dial.ts';
import type { Random } from '../../platform/random.ts';
import type { Connection, Transport } from '../../platform/transport.ts';
import { makeAllowance } from './allowance.ts';
import type { LinkEvent, LinkStatus, LinkTarget } from './contract.ts';
import { OtherClock } from './other-clock.ts';

export interface ServerLinkNeeds {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly opening: () => Opening;
  readonly times: () => { readonly everyMs: number; readonly timeoutMs: number };
  /** How long this machine has been suspended since it booted. */
  readonly suspendedMs: () => number;
  readonly report: (event: LinkEvent) => void;
}

/** The link to one monitored server: one connection, more of them while it is silent. */
export interface ServerLink {
  readonly target: LinkTarget;
  /**
   * Called regularly, after all sockets were read. Says what it would dial; the caller has the slots.
   * `calm` false: we were late ourselves, so silence proves nothing and calls for no further connection.
   */
  wantsDial(nowMs: number, calm: boolean): 'no' | 'urgent' | 'patient';
  /** Settles when the attempt is over, well or badly. */
  dial(): Promise<void>;
  /** Asks for the other clock if it is time; true: it did. */
  ping(nowMs: number): boolean;
  renew(): void;
  refuse(connection: number, code: ErrorCode, text: string): void;
  asker(): Asker | null;
  status(): LinkStatus;
  close(reason: string): void;
}

interface Open {
  readonly id: number;
  readonly connection: Connection;
  readonly asker: Asker;
  readonly welcome: Welcome;
  /** Newest whole keep-alive of this connection, which its beats build on. */
  base: BeatBase | null;
  /** Whose life signs counted before it came: again, if it is refused. */
  readonly before: { readonly agentBoot: string; readonly seq: number };
}

const dialTimeoutMs = 6000;
const longestBackOffMs = 5000;
const firstBackOffMs = 250;
const mostOpen = 3;
/** With `dialTimeoutMs` and the pause of 2 s between them: always one that is not older than 2 s. */
const mostDials = 3;
/** After so many failures in a row a server may wait for a slot behind those that answered a moment ago. */
const patientAfter = 3;

const tooMuch = (): UnderstudyError => new UnderstudyError('link.protocol', 'It sends more than any agent does, and is not listened to meanwhile.', { advice: 'Restart the agent; if that does not help, look who uses its machine.' });

let nextConnection = 1;

export function makeServerLink(target: LinkTarget, needs: ServerLinkNeeds): ServerLink {
  const { clock, report } = needs;
  const { serverId } = target;
  const open = new Map<number, Open>();
  let dials = 0;
  let failures = 0;
  let nextDialMs = 0;
  /** It was put off until then, and not dialled since. */
  let owed = false;
  /** Newest life sign, or newest welcome: what silence is counted from. */
  let heardMs = 0;
  /** The connection that spoke last: questions go where answers come from. */
  let voice = 0;
  let newest = { agentBoot: '', seq: 0 };
  let trouble: LinkStatus['trouble'] = null;
  let renewing = false;
  let closed = false;
  const allowance = makeAllowance(() => needs.times().everyMs);
  const otherClock = new OtherClock(clock, needs.suspendedMs, (offset, atMs) => report({ type: 'clock offset', serverId, atMs, offset }));

  const silentAfterMs = (): number => {
    const { everyMs, timeoutMs } = needs.times();
    return Math.max(2 * everyMs, Math.min(2000, timeoutMs / 3));
  };
  const wait = (nowMs: number): void => {
    const backOff = Math.min(longestBackOffMs, firstBackOffMs * 2 ** failures);
    const laterMs = nowMs + backOff * (0.5 + needs.random.unit() / 2);
    // Dials that hung end one after the other: the later ones must not put off what the first has put off already, nor
    // what is due since and was not dialled yet.
    nextDialMs = owed || nextDialMs > nowMs ? Math.min(nextDialMs, laterMs) : laterMs;
    owed = true;
  };
  const fail = (code: ErrorCode, text: string, holder: string | null): void => {
    // A further connection that fails or talks nonsense beside an open one is no news: the open one may still speak.
    if (open.size > 0 && (code === 'link.unreachable' || code === 'link.protocol')) return;
    failures++;
    wait(clock.monotonicMs());
    const news = trouble?.code !== code || trouble.holder !== holder;
    trouble = { code, text, holder };
    if (news && !closed) report({ type: 'trouble', serverId, atMs: clock.monotonicMs(), code, text, holder });
  };

  const speaking = (): Open | undefined => open.get(voice) ?? [...open.values()].at(-1);

  const drop = (one: Open, reason: string): void => {
    if (!open.delete(one.id)) return;
    one.asker.fail(reason);
    one.connection.close(reason);
    if (open.size > 0 || closed) return;
    const nowMs = clock.monotonicMs();
    nextDialMs = nowMs + needs.random.unit() * firstBackOffMs;
    report({ type: 'disconnected', serverId, atMs: nowMs, reason });
  };

  const lifeSign = (one: Open, sign: LifeSign): void => {
    if (sign.server !== one.welcome.server || sign.instance !== one.welcome.instance) return drop(one, 'link.protocol: a life sign of somebody else');
    // Older boots of the agent, doubles over two connections, and what a slow connection still delivers (R16).
    if (sign.agentBoot !== newest.agentBoot || sign.seq <= newest.seq) return;
    newest = { agentBoot: sign.agentBoot, seq: sign.seq };
    heardMs = clock.monotonicMs();
    voice = one.id;
    report({ type: 'life sign', serverId, atMs: heardMs, sign });
    // The first life sign wins: this connection works, the others were only a remedy for silence.
    if (open.size > 1) for (const other of open.values()) if (other !== one) drop(other, 'another connection is faster');
  };

  const take = (one: Open, message: LinkMessage): void => {
    switch (message.type) {
      case 'beat':
        return lifeSign(one, expandBeat(one.base, message));
      case 'keep-alive':
        // One that comes late or twice is not what the next beats build on.
        if (message.seq > (one.base?.sign.seq ?? 0)) one.base = beatBase(message);
        return lifeSign(one, message);
      case 'startup':
      case 'normal shutdown':
      case 'abnormal shutdown':
      case 'agent exit':
        return lifeSign(one, message);
      case 'pong':
        return otherClock.pong(message);
      default:
        if (!one.asker.take(message)) drop(one, `link.protocol: ${message.type} does not belong here`);
    }
  };

  const enter = ({ connection, welcome, onMessage }: Opened): void => {
    const one: Open = { id: nextConnection++, connection, asker: makeAsker(connection, needs.timers), welcome, base: null, before: newest };
    const nowMs = clock.monotonicMs();
    const first = open.size === 0;
    open.set(one.id, one);
    for (const oldest of open.values()) if (open.size > mostOpen) drop(oldest, 'it was silent');
    newest = newest.agentBoot === welcome.agentBoot ? { ...newest, seq: Math.max(newest.seq, welcome.seq) } : { agentBoot: welcome.agentBoot, seq: welcome.seq };
    failures = 0;
    renewing = false;
    trouble = null;
    if (first) {
      heardMs = nowMs;
      otherClock.dueNow(nowMs);
    }
    const { instance, agentBoot, boot, seq, phase, name, make, makeVersion } = welcome;
    const who = { instance, agentBoot, boot, seq, phase, name, make, makeVersion };
    report({ type: 'connected', serverId, atMs: nowMs, first, connection: one.id, ...who, address: connection.peer });
    connection.onClose((reason) => drop(one, reason));
    onMessage((data) => {
      if (!open.has(one.id)) return;
      try {
        const message = parseLinkMessage(data);
        if (!allowance.take(clock.monotonicMs(), message, data.length)) throw tooMuch();
        take(one, message);
      } catch (error) {
        if (!(error instanceof UnderstudyError)) throw error;
        drop(one, `${error.code}: ${error.message}`);
        fail(error.code, error.message, null);
      }
    });
  };

  const strangeness = (welcome: Welcome): string | null => {
    if (welcome.server !== serverId) return `The server at ${target.host} calls itself ${welcome.server}, not ${serverId}.`;
    if (target.instance !== null && welcome.instance !== target.instance) return `A second installation claims to be ${serverId}. Only the first one is believed.`;
    return null;
  };

  return {
    target,
    wantsDial(nowMs, calm) {
      // A further dial beside one that hangs is a remedy for lost packets; while we are late ourselves it is only more work.
      if (closed || dials >= (calm ? mostDials : 1) || nowMs < nextDialMs) return 'no';
      const silent = calm && nowMs - heardMs >= silentAfterMs();
      if (open.size > 0 && !renewing && !silent) return 'no';
      return failures >= patientAfter ? 'patient' : 'urgent';
    },
    async dial() {
      dials++;
      owed = false;
      // A further attempt beside this one if it hangs (its SYN may be lost), and not more often than this.
      nextDialMs = clock.monotonicMs() + silentAfterMs();
      try {
        const opened = await openLink(needs.transport, needs.timers, { ...target, timeoutMs: dialTimeoutMs }, needs.opening());
        const strange = strangeness(opened.welcome);
        if (closed || strange !== null) opened.connection.close(strange ?? 'not wanted any more');
        if (closed) return;
        if (strange === null) enter(opened);
        else fail('link.identity-twice', strange, null);
      } catch (error) {
        if (!(error instanceof UnderstudyError)) throw error;
        fail(error.code, error.message, error instanceof Refusal ? error.holder : null);
      } finally {
        dials--;
      }
    },
    ping(nowMs) {
      const one = otherClock.isDue(nowMs) ? speaking() : undefined;
      if (one === undefined) return false;
      otherClock.ping(nowMs, needs.times().timeoutMs, (text) => one.connection.send(text));
      return true;
    },
    renew() {
      renewing = open.size > 0;
    },
    refuse(connection, code, text) {
      const one = open.get(connection);
      if (one === undefined) return;
      // A second machine: the real one's connection stands, and would not be believed any more.
      if (newest.agentBoot === one.welcome.agentBoot) newest = one.before;
      drop(one, code);
      fail(code, text, null);
    },
    asker: () => speaking()?.asker ?? null,
    status() {
      const address = speaking()?.connection.peer ?? null;
      return { connections: open.size, address, trouble, ...otherClock.status() };
    },
    close(reason) {
      closed = true;
      for (const one of open.values()) drop(one, reason);
    },
  };
}
