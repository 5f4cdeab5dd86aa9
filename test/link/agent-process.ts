/** A real agent process beside a fake recorder: `agent-process.ts <folder> <port>`. Says its port on stdout. */
import { startAgent } from '../../src/agent/agent.ts';
import { fileState } from '../../src/agent/memory-file.ts';
import { systemClock, systemTimers } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { loadIdentity } from '../../src/platform/tls-identity.ts';
import { tlsTransport } from '../../src/platform/transport-tls.ts';
import { fakeRecorder } from './fake-recorder.ts';

const [folder = '', port = '0'] = process.argv.slice(2);
const agent = await startAgent({
  server: { id: 'rec-1', name: 'Recorder' },
  listen: { host: '127.0.0.1', port: Number(port) },
  recorder: fakeRecorder(),
  transport: tlsTransport(await loadIdentity(folder)),
  state: fileState(folder),
  clock: systemClock,
  timers: systemTimers,
  random: systemRandom,
  log: silentLog,
});
process.stdout.write(`${JSON.stringify({ port: agent.port, secret: await agent.pairingSecret() })}\n`);
