import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gapText } from '../../contract/gap-text.ts';
import type { RecorderSite, Site } from '../site/site.ts';
import { deskPage } from './desk-page.ts';
import { faultNames, faultTexts, type Faults } from './faults.ts';

export interface Desk {
  readonly url: string;
  close(): Promise<void>;
}

/** What came by the webhook of the failover server, newest first. */
interface Alarm {
  readonly atMs: number;
  readonly severity: string;
  readonly text: string;
}
const keptAlarms = 12;
const longestAlarm = 65_536;

export interface DeskNeeds {
  readonly site: Site;
  readonly faults: Faults;
  readonly port: number;
  readonly logInUrl: string;
  readonly notProtected: string;
}

/** The demo's own page: it breaks recorders; everything else happens in the failover server's real pages. */
export async function openDesk(needs: DeskNeeds): Promise<Desk> {
  const alarms: Alarm[] = [];
  const server = createServer((request, response) => {
    handle(needs, alarms, request, response).catch((error: unknown) => reply(response, 409, { message: error instanceof Error ? error.message : String(error) }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(needs.port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await hearAlarms(needs.site, `${url}alarm`);
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The desk is the receiver of the failover server's webhook, as a guard's own system would be. */
async function hearAlarms(site: Site, url: string): Promise<void> {
  const { version, kinds, smtp, syslog } = await site.api.call('notifications.get');
  const { passwordSet: _passwordSet, ...mail } = smtp;
  await site.api.call('notifications.put', { body: { version, kinds, smtp: mail, webhook: { enabled: true, url }, syslog } });
}

async function takeAlarm(alarms: Alarm[], request: IncomingMessage): Promise<void> {
  let body = '';
  for await (const bytes of request) if (body.length < longestAlarm) body += String(bytes);
  const { atMs, severity, text } = JSON.parse(body) as Alarm;
  alarms.unshift({ atMs: Number(atMs), severity: String(severity), text: String(text) });
  alarms.length = Math.min(alarms.length, keptAlarms);
}

function reply(response: ServerResponse, status: number, body: object | string): void {
  const html = typeof body === 'string';
  response.writeHead(status, { 'content-type': html ? 'text/html; charset=utf-8' : 'application/json', 'cache-control': 'no-store' });
  response.end(html ? body : JSON.stringify(body));
}

async function handle(needs: DeskNeeds, alarms: Alarm[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { site, faults } = needs;
  // A page of another site that gave its name our address would read how to log in.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) return reply(response, 403, { message: 'The desk answers on 127.0.0.1 only.' });
  const [, part = '', number = '', fault = ''] = (request.url ?? '/').split('?')[0]!.split('/');
  if (request.method === 'GET' && part === '') return reply(response, 200, deskPage(needs));
  if (request.method === 'GET' && part === 'state') return reply(response, 200, await stateOf(needs, alarms));
  if (request.method === 'POST' && part === 'alarm') {
    await takeAlarm(alarms, request);
    return reply(response, 200, {});
  }
  const recorder = site.recorders[Number(number)];
  // Another page in the same browser must not press our buttons.
  if (request.method !== 'POST' || request.headers['x-demo'] !== 'desk' || recorder === undefined) return reply(response, 404, { message: 'There is nothing here.' });
  if (part === 'mend') await faults.mend(recorder);
  else if (part === 'strike') {
    const name = faultNames.find((each) => each === fault);
    if (name === undefined) return reply(response, 404, { message: 'There is no such fault.' });
    await faults.strike(recorder, name);
  }
  reply(response, 200, await stateOf(needs, alarms));
}

async function stateOf({ site, faults }: DeskNeeds, alarms: readonly Alarm[]): Promise<object> {
  const outages = await site.api.call('outages.list', { query: { limit: 20 } });
  return {
    alarms,
    recorders: await Promise.all(site.recorders.map((recorder) => recorderState(site, faults, recorder))),
    outages: outages.map(({ id, serverName, startedMs, endedMs, takenOver, worstGapMs, standby, trigger }) => ({ id, serverName, startedMs, endedMs, takenOver, worstGapMs, gap: worstGapMs === null ? null : gapText(worstGapMs), standby, trigger: trigger.text })),
  };
}

async function recorderState(site: Site, faults: Faults, recorder: RecorderSite): Promise<object> {
  const server = await site.server(recorder);
  return {
    name: recorder.name,
    standby: server.standby.mode,
    state: server.state,
    recordedBy: server.recordedBy,
    role: server.role.state,
    protected: server.protection.protected,
    why: server.protection.reasons[0]?.text ?? null,
    broken: faults.broken(recorder),
    faults: faultNames.map((name) => ({ name, text: faultTexts[name], refusal: faults.refusal(recorder, name) })),
  };
}
