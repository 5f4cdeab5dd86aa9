/** Pure: what needs a person, worst first, each with what to do. */
import { adviceByCode } from '../../../contract/api/advice.ts';
import type { Reason, SayWith } from '../../../contract/api/common.ts';
import type { FailoverServerRow } from '../../../contract/api/failover.ts';
import type { Attention } from '../../../contract/api/live.ts';
import type { MonitoredServer } from '../../../contract/api/servers.ts';
import type { Alarm } from '../../server-types.ts';

export function attentionOf(alarms: readonly Alarm[], servers: readonly MonitoredServer[], failovers: readonly FailoverServerRow[]): Attention[] {
  const byId = new Map(servers.map((server) => [server.id, server]));
  const fromAlarms = alarms.flatMap((alarm) => {
    const server = byId.get(alarm.serverId ?? '');
    return staleOf(alarm, server) ? [] : [alarmAttention(alarm, reasonOf(alarm, server))];
  });
  const told = new Set(alarms.map((alarm) => `${alarm.serverId} ${alarm.code}`));
  const all = [...fromAlarms, ...failovers.flatMap(failoverAttention), ...servers.flatMap((server) => serverAttention(server, told))];
  const rank = { alarm: 0, warning: 1 } as const;
  return all.toSorted((a, b) => rank[a.severity] - rank[b.severity] || (a.sinceMs ?? 0) - (b.sinceMs ?? 0));
}

/** Nothing is lost now, but the next failure may find us unprepared. */
const warningCodes = ['backup.', 'input.', 'auth.', 'link.', 'never seen', 'camera not recorded', 'recorder settings', 'observer unsure'];

/** What it said of its cameras while it was alive is old news once it is not. */
function staleOf({ code }: Alarm, server: MonitoredServer | undefined): boolean {
  // That it is not paired says it all.
  if (code === 'never seen' && server?.state === 'not paired') return true;
  const ofTheLiving = code === 'camera not recorded' || code === 'server not recording';
  return ofTheLiving && server !== undefined && server.state !== 'alive' && server.state !== 'suspect';
}

/** The alarm's sentence and, where its server tells them, its parts: a page says those in its own language. */
function reasonOf({ code, text }: Alarm, server: MonitoredServer | undefined): Reason {
  const say = (parts: SayWith, own = text): Reason => ({ code, text: own, with: parts });
  if (code === 'never seen') return say({ alarm: 1 });
  // An alarm of before may have outlived its reason by a moment: then only its own sentence is sure.
  if (code === 'failed' && server?.reason && text === `The server failed: ${server.reason.text}.`) return say({ code: server.reason.code, text: server.reason.text });
  if (code === 'camera not recorded' && server !== undefined && server.gray.length > 0) {
    // The machines know cameras by their ids; people know them by name.
    const names = server.gray.slice(0, 10).map(({ name }) => name);
    const all = server.gray.length;
    return say({ names, all }, `The server is alive but does not record: ${names.join(', ')}${all > names.length ? ', …' : ''}. Check these cameras, then the server.`);
  }
  return { code, text };
}

const alarmAttention = (alarm: Alarm, reason: Reason): Attention => ({
  id: `alarm ${alarm.id}`,
  severity: warningCodes.some((prefix) => alarm.code.startsWith(prefix)) ? 'warning' : 'alarm',
  serverId: alarm.serverId,
  reason,
  advice: adviceOf(alarm.code, alarm.serverId),
  sinceMs: Math.round(alarm.sinceMs),
});

/** Whether its servers are well is not known here then. */
function failoverAttention({ id, name, self, state, reason, sinceMs }: FailoverServerRow): Attention[] {
  // Before it was asked for the first time nothing is known.
  if (self || state === 'running' || sinceMs === null) return [];
  const code = state === 'refused' ? 'failover-refused' : 'failover-unreachable';
  const text = state === 'refused' ? `The failover server ${name} refuses this one` : `The failover server ${name} cannot be reached from this one`;
  const why = reason ?? { code: state, text: state };
  const said = { code, text: `${text}: ${why.text} What it stands by for is not known here.`, with: { name, code: why.code, text: why.text } };
  return [{ id: `failover ${id}`, severity: 'alarm', serverId: null, reason: said, advice: adviceOf(code, null), sinceMs }];
}

/** What no alarm tells. */
function serverAttention(server: MonitoredServer, told: ReadonlySet<string>): Attention[] {
  const found: Attention[] = [];
  const add = (severity: Attention['severity'], code: string, text: string, advice: string, sinceMs: number | null, { parts, ...more }: Pick<Attention, 'notProtected'> & { readonly parts?: SayWith } = {}): void => {
    if (!told.has(`${server.id} ${code}`)) found.push({ id: `${server.id} ${code}`, severity, serverId: server.id, reason: { code, text, ...(parts ? { with: parts } : {}) }, ...more, advice, sinceMs });
  };
  if (server.role.state === 'active' && server.role.pinned && server.state === 'alive')
    add('warning', 'pinned', `${server.name} is back, but was taken over by hand.`, 'Press "Reset restored server".', server.role.sinceMs, { parts: { name: server.name } });
  const first = server.protection.reasons[0];
  if (!server.protection.protected && first !== undefined) add('warning', first.code, `${server.name} is not protected: ${first.text}`, adviceOf(first.code, server.id), null, { notProtected: first });
  return found;
}

const advice: Readonly<Record<string, string>> = adviceByCode;

/** The machines' alarms say in their own text what to do. */
const adviceOf = (code: string, serverId: string | null): string => advice[code] ?? (serverId === null ? 'The events say more.' : 'The page of the server says more.');
