import type { Command } from 'commander';
import { failoverPort } from '../contract/link.ts';
import { UnderstudyError } from '../contract/errors.ts';
import { systemLog } from '../platform/log.ts';
import { answer, print, wholeNumber } from './command.ts';
import type { HttpsWish } from './failover/run.ts';
import { untilSignal } from './signals.ts';

interface FailoverCommand {
  readonly folder: string;
  readonly listen: string;
  readonly httpPort: number;
  readonly apiName?: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly plainHttp?: boolean;
  readonly port: number;
  readonly storePath?: string;
  readonly name?: string;
  readonly json?: boolean;
  readonly failpoints?: boolean;
  readonly policyClock?: number;
}

export function registerFailover(program: Command): void {
  program
    .command('failover')
    .description('Run a failover server: watch monitored servers, take over the cameras of one that failed.')
    .requiredOption('-f, --folder <dir>', 'data folder: database, keys, token; made at the first start')
    .option('--listen <address>', 'address of the web page and the HTTP API', '127.0.0.1')
    .option('--http-port <port>', 'port of the web page and the HTTP API; 0: any free one', wholeNumber(0, 65_535), 15_480)
    .option('--api-name <name...>', 'further host names under which the page may be opened, beside IP addresses and this machine’s own name')
    .option('--tls-cert <file>', 'certificate (chain) of the page and the API, PEM; with --tls-key')
    .option('--tls-key <file>', 'its private key, PEM, without a passphrase')
    .option('--plain-http', 'no TLS although others than this machine can reach it: behind a TLS proxy')
    .option('-p, --port <port>', 'port where monitored servers read their failover recordings; 0: any free one', wholeNumber(0, 65_535), failoverPort)
    .option('--store-path <dir>', 'where failover recordings go (first start; later a setting); else <folder>/footage')
    .option('--name <name>', 'what people call it (first start; later a setting)')
    .option('--failpoints', 'for chaos tests: die at the step named in UNDERSTUDY_FAILPOINT')
    .option('--policy-clock <times>', 'for stories: time-outs pass so many times faster; video and life signs do not', wholeNumber(1, 1000))
    .option('--json', 'first line of output as JSON: {"ready":true,"url":…,"tokenFile":…}')
    .addHelpText(
      'after',
      `
Recording of a server that is taken over goes on after a restart of this command.
SIGTERM and Ctrl-C end it in order. The log goes to stderr, one JSON object a line.

Only this machine is listened to by --listen 127.0.0.1, by plain HTTP. With any other address the page and
the API speak HTTPS: with the given certificate, else with one that is made once and kept in the data folder.
Browsers warn of that one; commands and curl trust it by https-cert.pem of the data folder.

Examples:
  understudy failover --folder /srv/failover
  understudy failover --folder /srv/failover --store-path /mnt/disk/footage --listen 0.0.0.0`,
    )
    .action(async (options: FailoverCommand) => {
      await answer(options, async () => await run(options));
    });
}

async function run(options: FailoverCommand) {
  const { folder, listen, httpPort, apiName, tlsCert, tlsKey, plainHttp, port, storePath, name, failpoints, policyClock } = options;
  const ended = untilSignal();
  // Loaded when needed: other commands shall answer at once.
  const { runFailover } = await import('./failover/run.ts');
  const failover = await runFailover({
    folder, listen, httpPort, port, log: systemLog('failover'),
    https: httpsWish({ tlsCert, tlsKey, plainHttp }, listen),
    ...(apiName === undefined ? {} : { names: apiName }),
    ...(storePath === undefined ? {} : { storePath }),
    ...(name === undefined ? {} : { name }),
    ...(failpoints === undefined ? {} : { failpoints }),
    ...(policyClock === undefined ? {} : { policyClock }),
  });
  if (options.json === true) print(JSON.stringify({ ready: true, url: failover.url, tokenFile: failover.tokenFile }));
  else print(`${failover.url}\n  Log in with the token in ${failover.tokenFile}`);
  const reason = await ended;
  await failover.stop();
  return { json: { ended: reason }, text: 'The failover server has ended in order; it goes on where it was at its next start.' };
}

function httpsWish({ tlsCert, tlsKey, plainHttp }: { readonly [K in 'tlsCert' | 'tlsKey' | 'plainHttp']: FailoverCommand[K] | undefined }, listen: string): HttpsWish {
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new UnderstudyError('input.invalid', '--tls-cert and --tls-key go together; one of them is missing.', { field: tlsCert === undefined ? '--tls-cert' : '--tls-key' });
  if (tlsCert !== undefined && tlsKey !== undefined) {
    if (plainHttp === true) throw new UnderstudyError('input.invalid', '--plain-http and --tls-cert exclude each other.', { field: '--plain-http' });
    return { cert: tlsCert, key: tlsKey };
  }
  return plainHttp === true || isLoopbackName(listen) ? 'plain' : 'self-made';
}

const isLoopbackName = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');
