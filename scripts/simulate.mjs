// `npm run simulate -- [options]`: the simulated days (sim/world/simulate) in a fresh clone as well. Runs from source,
// so it needs no build; installs if needed.
import { spawn } from 'node:child_process';
import { checkNode, installPackages, root } from './steps.mjs';

checkNode();
installPackages();
const running = spawn(process.execPath, ['--import', './scripts/ts.mjs', 'sim/world/simulate/main.ts', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => running.kill(signal));
running.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
