// `npm run bench -- <name> [options]`: builds, then runs dist/bench/<name>.js. The last line is one JSON object.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

const root = new URL('..', import.meta.url);
const [name = '', ...options] = process.argv.slice(2);
const built = new URL(`dist/bench/${name}.js`, root);

const build = spawnSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
if (build.status !== 0) process.exit(build.status ?? 1);
spawnSync(process.execPath, ['scripts/copy-assets.mjs'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
if (!/^[a-z-]+$/.test(name) || !existsSync(built)) {
  const names = readdirSync(new URL('bench/', root)).filter((file) => file.endsWith('.ts') && !file.includes('-')).map((file) => file.slice(0, -3));
  console.error(`Say what to measure: npm run bench -- ${names.join(' | ')}`);
  process.exit(2);
}
const run = spawnSync(process.execPath, [built.pathname, ...options], { cwd: root, stdio: 'inherit' });
process.exit(run.status ?? 1);
