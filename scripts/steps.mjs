// Shared by start.mjs and test.mjs: run a step, show progress, and say what to do when it fails.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = new URL('..', import.meta.url).pathname;

// Runs one command with its output shown; ends the whole script with advice when it fails. `read`: the caller needs stdout.
export function step(title, command, args, { advice, env = {}, quiet = false, read = false } = {}) {
  const started = Date.now();
  console.log(`\n▶ ${title}`);
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', read ? 'pipe' : 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (read) process.stdout.write(result.stdout ?? '');
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  if (result.status === 0) {
    console.log(`✔ ${title} (${seconds} s)`);
    return result;
  }
  if (quiet) console.error(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  console.error(`\n✘ ${title} failed after ${seconds} s (${result.error?.message ?? `exit code ${result.status ?? result.signal}`}).`);
  if (advice) console.error(`  What to do: ${advice}`);
  process.exit(1);
}

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Understudy needs Node 20.19 or newer; this is ${process.version}.`);
  console.error('  What to do: install a newer Node (nodejs.org or your distribution) and run the command again.');
  process.exit(1);
}

const stamps = join(root, 'node_modules', '.understudy');

// True if `name` was last done with the same `fingerprint`.
function done(name, fingerprint) {
  const file = join(stamps, name);
  return existsSync(file) && readFileSync(file, 'utf8') === fingerprint;
}

function markDone(name, fingerprint) {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(join(stamps, name), fingerprint);
}

export function installPackages() {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  if (done('lock', lock)) return;
  // `npm ci` would empty the folder that it leads to, which serves other working trees as well.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return;
  // No scripts of dependencies run: everything that we use ships its binaries inside its package.
  step('Install npm packages', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    advice: 'check that the npm registry can be reached, then run the command again.',
  });
  markDone('lock', lock);
}

// A fingerprint over path, size and time of every file below the folders.
function fingerprintOf(folders) {
  const hash = createHash('sha256');
  const walk = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.name === 'node_modules' || entry.name === 'dist') continue;
      const child = join(path, entry.name);
      if (entry.isDirectory()) walk(child);
      else {
        const { size, mtimeMs } = statSync(child);
        hash.update(`${child}\0${size}\0${mtimeMs}\n`);
      }
    }
  };
  for (const folder of folders) if (existsSync(join(root, folder))) walk(join(root, folder));
  for (const file of ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json']) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

export function build() {
  const fingerprint = fingerprintOf(['src', 'sim', 'web', 'bench', 'test', 'scripts']);
  if (existsSync(join(root, 'dist/src/cli/main.js')) && done('build', fingerprint)) return;
  step('Build', 'npm', ['run', '--silent', 'build'], { advice: 'read the first error above; it names the file.' });
  markDone('build', fingerprint);
}

function missingPackages(packages) {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages], { encoding: 'utf8' });
  if (query.error) return null;
  const installed = new Set(query.stdout.split('\n').filter((line) => line.endsWith(' installed')).map((line) => line.split(' ')[0]));
  return packages.filter((name) => !installed.has(name));
}

// Programs beside Node that tests or chaos runs call. `needed: false`: what cannot be installed is said, and the run goes on.
export function installDebianPackages(packages, { needed = true } = {}) {
  const missing = missingPackages(packages);
  if (missing === null) {
    console.log(`This is not a Debian system: expected to be there: what Debian has in ${packages.join(', ')}.`);
    return;
  }
  if (missing.length === 0) return;
  const command = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid() !== 0) {
    console.error(`Debian packages that are needed are not installed.\n  What to do: run as root:\n    ${command}`);
    if (needed) process.exit(1);
    return;
  }
  step(`Install Debian packages: ${missing.join(' ')}`, 'sh', ['-c', `export DEBIAN_FRONTEND=noninteractive; ${command}`], {
    quiet: true,
    advice: 'check that Debian’s mirrors can be reached, then run the command again.',
  });
}
