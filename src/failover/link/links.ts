import { UnderstudyError } from '../../contract/errors.ts';
import type { Method, Params } from '../../contract/link.ts';
import type { AfterPoll } from '../../platform/after-poll.ts';
import type { Clock, Timers } from '../../platform/clock.ts';
import type { BulkAnswer } from '../../platform/link-asker.ts';
import { askBulk, Transfers } from '../../platform/link-bulk.ts';
import type { Opening } from '../../platform/link-dial.ts';
import type { Log } from '../../platform/log.ts';
import type { Random } from '../../platform/random.ts';
import type { Transport } from '../../platform/transport.ts';
import type { LinkEvent, Links } from './contract.ts';
import { makeServerLink, type ServerLink } from './server-link.ts';
import { suspensionOf } from './suspension.ts';

export interface LinksNeeds {
  /** This failover server, as agents see it; asked for every hello, since it can be renamed. */
  readonly self: () => { readonly id: string; readonly name: string; readonly footageAddress?: string };
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly afterPoll: AfterPoll;
  readonly log: Log;
  readonly keepAlive: { readonly everyMs: number; readonly timeoutMs: number };
  /** Called in the order of receipt, never from within a call of `Links`. */
  readonly onEvent: (event: LinkEvent) => void;
}

/** One timer for all links: one per server would fire a thousand times in one turn after a stall. */
const tickMs = 100;
/** Of a dial nothing may come for seconds, so many may hang at once; but each that succeeds costs about 2 ms of processor. */
const mostDials = 512;
/**
 * Dials begun per tick: more as long as our own turns come in time, half as many when one is late. Thousands of
 * handshakes at once would take so long that each is given up, and all the work for it was in vain.
 */
const mostDialsPerTick = 30;
const fewestDialsPerTick = 1;
const busyMs = 50;
/** Under way at once, as a multiple of what a tick begins. */
const ticksUnderWay = 16;
/** Pings that are due in one tick are spread over more of them: after a stall all would be due at once, and each is a TLS record. */
const pingShare = 40;
const fewPings = 10;
/** Of these, for servers that did not answer for long; they must not keep the others waiting. */
const mostPatientDials = 256;
/** Our own turn came this late: what looks like silence may be our own. Believed again after `calmMs` in time. */
const lateMs = 300;
const calmMs = 1000;
const requestMs = 10_000;

export function makeLinks(needs: LinksNeeds): Links {
  const { transport, clock, timers, random, log } = needs;
  const links = new Map<string, ServerLink>();
  const transfers = new Transfers();
  const suspendedMs = suspensionOf(clock);
  let times = needs.keepAlive;
  let dialling = 0;
  let patientDialling = 0;

  const opening = (purpose: Opening['purpose']): Opening => {
    const { id, ...self } = needs.self();
    return { purpose, from: id, ...self, keepAliveMs: times.everyMs, keepAliveTimeoutMs: times.timeoutMs };
  };
  const dial = async (link: ServerLink, patient: boolean): Promise<void> => {
    dialling++;
    if (patient) patientDialling++;
    try {
      await link.dial();
    } catch (error) {
      log.error({ err: error, server: link.target.serverId }, 'A defect while dialling a monitored server');
    } finally {
      dialling--;
      if (patient) patientDialling--;
    }
  };
  let tickedMs = clock.monotonicMs();
  let calmFromMs = tickedMs;
  /** Where the next round begins, so that with too few slots nobody is always last. */
  let turn = 0;
  let pace = 8;
  const tick = (): void => {
    const nowMs = clock.monotonicMs();
    const late = nowMs - tickedMs - tickMs;
    if (late > lateMs) calmFromMs = nowMs + calmMs;
    pace = late > busyMs ? Math.max(fewestDialsPerTick, pace / 2) : Math.min(mostDialsPerTick, pace + 1);
    tickedMs = nowMs;
    const all = [...links.values()];
    // Patient dials go to hosts that are probably off: they hang, and cost nothing.
    let allowed = Math.min(Math.ceil(pace), mostDials - dialling, Math.ceil(pace * ticksUnderWay) - (dialling - patientDialling));
    let pings = Math.max(fewPings, all.length / pingShare);
    const from = turn;
    for (let index = 0; index < all.length; index++) {
      const at = (from + index) % all.length;
      const link = all[at] as ServerLink;
      if (pings > 0 && link.ping(nowMs)) pings--;
      if (allowed <= 0) continue;
      const wish = link.wantsDial(nowMs, nowMs >= calmFromMs);
      if (wish === 'no' || (wish === 'patient' && patientDialling >= mostPatientDials)) continue;
      void dial(link, wish === 'patient');
      allowed--;
      turn = at + 1;
    }
  };
  const stopTicks = timers.every(tickMs, () => needs.afterPoll(tick));

  const find = (serverId: string): ServerLink => {
    const link = links.get(serverId);
    if (link === undefined) throw new UnderstudyError('input.not-found', `There is no monitored server ${serverId}.`);
    return link;
  };

  return {
    set(target) {
      links.get(target.serverId)?.close('its address or key was changed');
      const make = { transport, clock, timers, random, opening: () => opening('link'), times: () => times, suspendedMs, report: needs.onEvent };
      links.set(target.serverId, makeServerLink(target, make));
    },
    remove(serverId) {
      links.get(serverId)?.close('it is not monitored any more');
      links.delete(serverId);
    },
    refuse: (serverId, connection, code, text) => links.get(serverId)?.refuse(connection, code, text),
    setKeepAlive(next) {
      if (next.everyMs === times.everyMs && next.timeoutMs === times.timeoutMs) return;
      times = next;
      for (const link of links.values()) link.renew();
    },
    status: (serverId) => links.get(serverId)?.status() ?? null,
    async request(serverId, method, params, timeoutMs = requestMs) {
      const asker = find(serverId).asker();
      if (asker === null) throw new UnderstudyError('link.unreachable', `There is no connection to ${serverId}.`);
      return await asker.request(method, params, timeoutMs);
    },
    async bulk<M extends Method>(serverId: string, method: M, params: Params<M>, upload?: AsyncIterable<Uint8Array>): Promise<BulkAnswer<M>> {
      return await askBulk(transport, timers, find(serverId).target, opening('bulk'), method, params, { transfers, ...(upload === undefined ? {} : { upload }) });
    },
    async close() {
      stopTicks();
      transfers.close();
      for (const link of links.values()) link.close('the failover server ends');
      links.clear();
    },
  };
}
