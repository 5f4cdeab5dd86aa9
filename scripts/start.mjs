// `npm start`: installs if needed, builds if changed, runs the demo.
import { spawn } from 'node:child_process';
import { build, checkNode, installPackages, root } from './steps.mjs';

checkNode();
installPackages();
build();
console.log('');
const demo = spawn(process.execPath, ['bin/understudy.js', 'demo', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => demo.kill(signal));
demo.on('exit', (code, signal) => process.exit(signal ? 0 : (code ?? 1)));
