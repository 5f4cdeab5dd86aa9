// `node scripts/run.mjs dist/test/story/main.js [options]`: what needs the built product (stories, benches) runs in a
// fresh clone as well: installs if needed, builds if changed, then runs the program with its signals and its exit code.
import { spawn } from 'node:child_process';
import { build, checkNode, installPackages, root } from './steps.mjs';

const [program, ...options] = process.argv.slice(2);
checkNode();
installPackages();
build();
const running = spawn(process.execPath, [program, ...options], { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => running.kill(signal));
running.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
