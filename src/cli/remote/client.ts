/** The command line as a client of the HTTP API, like the web UI. */
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiError, apiPort } from '../../contract/api/common.ts';
import { routePath, routes, type RouteAnswer, type RouteBodyIn, type RouteName, type RouteParams, type RouteQueryIn } from '../../contract/api/routes.ts';
import type { MonitoredServer } from '../../contract/api/servers.ts';
import type { Job } from '../../contract/api/jobs.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import { readIfThere } from '../../platform/durable-file.ts';
import { certificateFile } from '../../platform/https-certificate.ts';
import { fetchTrusting, type PlainInit, type Trust } from '../../platform/https-fetch.ts';
import { errorCode } from '../../platform/read-bytes.ts';
import { addressFile } from '../failover/address-file.ts';

export interface RemoteOptions {
  readonly url?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly folder?: string;
  readonly ca?: string;
  readonly json?: boolean;
}

/** Options that every command of this kind has, and where the answers come from when they are left out. */
export function remote(command: Command): Command {
  return command
    .option('--url <url>', `address of the failover server (else $UNDERSTUDY_URL, else http://127.0.0.1:${apiPort})`)
    .option('--folder <dir>', 'data folder of a failover server on this machine: its address, token and certificate are read from there')
    .option('--ca <file>', `certificate to trust, if it made its own: ${certificateFile} of its data folder (else $UNDERSTUDY_CA)`)
    .option('--token-file <file>', 'file with the token (else $UNDERSTUDY_TOKEN_FILE)')
    .option('--token <token>', 'the token itself; others on this machine may see it (else $UNDERSTUDY_TOKEN)')
    .option('--json', 'answer as JSON');
}

export interface CallOptions<N extends RouteName> {
  readonly params?: RouteParams<N>;
  readonly query?: RouteQueryIn<N>;
  readonly body?: RouteBodyIn<N>;
}

export interface Client {
  readonly url: string;
  call<N extends RouteName>(name: N, options?: CallOptions<N>): Promise<RouteAnswer<N>>;
  /** The body while it arrives, for files. */
  stream<N extends RouteName>(name: N, options?: CallOptions<N>): Promise<AsyncIterable<Uint8Array>>;
  /** By id or by name; `input.not-found` names those there are. */
  server(text: string): Promise<MonitoredServer>;
  /** Follows a job to its end. */
  finished(job: Job, told?: (job: Job) => void): Promise<Job>;
}

async function tokenOf(options: RemoteOptions): Promise<string | null> {
  const given = options.token ?? process.env['UNDERSTUDY_TOKEN'];
  if (given !== undefined) return given;
  const file = options.tokenFile ?? (options.folder === undefined ? process.env['UNDERSTUDY_TOKEN_FILE'] : join(options.folder, 'token'));
  if (file === undefined) return null;
  const text = await readIfThere(file);
  if (text === null) throw new UnderstudyError('input.not-found', `There is no token file ${file}.`, { advice: 'The failover server printed its path when it started.' });
  return text.trim();
}

/** Named, or what the failover server of that folder wrote down when it began to listen. */
async function urlOf({ url, folder }: RemoteOptions): Promise<string> {
  if (url !== undefined) return url;
  const written = folder === undefined ? null : await readIfThere(join(folder, addressFile));
  return written?.trim() ?? process.env['UNDERSTUDY_URL'] ?? `http://127.0.0.1:${apiPort}`;
}

async function trustOf({ ca, folder }: RemoteOptions, url: string): Promise<Trust> {
  if (!url.startsWith('https:')) return null;
  const named = ca ?? process.env['UNDERSTUDY_CA'];
  if (named === undefined) return folder === undefined ? null : await readIfThere(join(folder, certificateFile));
  const text = await readIfThere(named);
  if (text === null) throw new UnderstudyError('input.not-found', `There is no certificate file ${named}.`, { field: '--ca' });
  return text;
}

export async function connect(options: RemoteOptions): Promise<Client> {
  const url = (await urlOf(options)).replace(/\/+$/, '');
  if (!/^https?:\/\//.test(url)) throw new UnderstudyError('input.invalid', `"${url}" is no address; it begins with http:// or https://.`, { field: 'url' });
  const [token, trust] = [await tokenOf(options), await trustOf(options, url)];
  const send = async (name: RouteName, { params, query = {}, body }: CallOptions<RouteName> = {}): Promise<Response> => {
    const search = new URLSearchParams(Object.entries(query).map(([key, value]): [string, string] => [key, String(value)])).toString();
    const response = await reach(trust, `${url}${routePath(name, params as Record<string, string>)}${search === '' ? '' : `?${search}`}`, {
      method: routes[name].method,
      headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    throw await problem(response, url);
  };
  const client: Client = {
    url,
    call: (async (name: RouteName, options_?: CallOptions<RouteName>) => {
      const text = await (await send(name, options_)).text();
      return routes[name].answer === 'json' ? asJson(text, url) : text;
    }) as Client['call'],
    stream: async (name, options_) => {
      const { body } = await send(name, options_ as CallOptions<RouteName>);
      return body ?? empty();
    },
    async server(text) {
      const all = await client.call('servers.list');
      const found = all.find(({ id }) => id === text) ?? all.find(({ name }) => name.toLowerCase() === text.toLowerCase());
      if (found !== undefined) return found;
      const names = all.map(({ name }) => name).join(', ');
      throw new UnderstudyError('input.not-found', `There is no monitored server "${text}".`, { field: 'server', advice: names === '' ? 'Add one: understudy servers add --help' : `There are: ${names}.` });
    },
    async finished(job, told = () => undefined) {
      let now = job;
      while (now.endedMs === null) {
        now = await client.call('jobs.get', { params: { job: job.id }, query: { waitMs: 1_000 } });
        told(now);
      }
      return now;
    },
  };
  return client;
}

function asJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnderstudyError('link.protocol', `What answers at ${url} is not a failover server.`, { cause: error });
  }
}

async function* empty(): AsyncIterable<Uint8Array> {}

const untrusted = /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME/;

async function reach(trust: Trust, url: string, init: PlainInit): Promise<Response> {
  try {
    return await fetchTrusting(trust, url, init);
  } catch (error) {
    const code = errorCode(error) ?? errorCode((error as Error).cause) ?? '';
    if (untrusted.test(code))
      throw new UnderstudyError('auth.pin-mismatch', `${new URL(url).origin} shows a certificate that is not trusted here.`, { cause: error, advice: `Name the certificate to trust: --ca <file>. A failover server that made its own keeps it as ${certificateFile} in its data folder.` });
    throw new UnderstudyError('link.unreachable', `No failover server answers at ${new URL(url).origin}.`, { cause: error, advice: 'Is it running? Name its address with --url; one that listens beyond its own machine is reached by https://.' });
  }
}

async function problem(response: Response, url: string): Promise<UnderstudyError> {
  const parsed = apiError.safeParse(await response.json().catch(() => null)); // not JSON: not one of ours
  if (!parsed.success) return new UnderstudyError('link.protocol', `${url} answered ${response.status}, and not as a failover server does.`);
  const { code, message, field, advice } = parsed.data;
  const how = code === 'auth.missing' ? 'Name the token: --folder <data folder>, --token-file <file>, or $UNDERSTUDY_TOKEN.' : advice;
  return new UnderstudyError(code, message, { ...(field === undefined ? {} : { field }), ...(how === undefined ? {} : { advice: how }) });
}

/** A secret from a file, `-` for standard input: not on the command line, where others see it. */
export async function secretFrom(file: string): Promise<string> {
  if (file !== '-') return (await readFile(file, 'utf8')).trim();
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8').trim();
}
