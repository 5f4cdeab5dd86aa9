// `npm test`: sets up everything that the tests need, then types, lint, unit, integration and browser.
// A part alone: `npm test -- unit`, `npm test -- integration`, `npm test -- browser`.
import { spawnSync } from 'node:child_process';
import { build, checkNode, installPackages, step } from './steps.mjs';

const packages = [
  'ffmpeg',
  'chromium',
  'fonts-dejavu-core',
  'curl',
  'iproute2',
  'faketime',
  'python3-gi',
  'gir1.2-gst-rtsp-server-1.0',
  'gstreamer1.0-tools',
  'gstreamer1.0-plugins-base',
  'gstreamer1.0-plugins-good',
  'gstreamer1.0-plugins-bad',
  'gstreamer1.0-plugins-ugly',
  'gstreamer1.0-libav',
];

function missingPackages() {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages], { encoding: 'utf8' });
  if (query.error) return null;
  const installed = new Set(query.stdout.split('\n').filter((line) => line.endsWith(' installed')).map((line) => line.split(' ')[0]));
  return packages.filter((name) => !installed.has(name));
}

function installDebianPackages() {
  const missing = missingPackages();
  if (missing === null) {
    console.log('This is not a Debian system: the tests expect ffmpeg, chromium, GStreamer with its RTSP server, curl and ip to be there.');
    return;
  }
  if (missing.length === 0) return;
  const command = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid() !== 0) {
    console.error(`The tests need Debian packages that are not installed.\n  What to do: run as root:\n    ${command}`);
    process.exit(1);
  }
  step(`Install Debian packages: ${missing.join(' ')}`, 'sh', ['-c', `export DEBIAN_FRONTEND=noninteractive; ${command}`], {
    quiet: true,
    advice: 'check that Debian’s mirrors can be reached, then run the command again.',
  });
}

const only = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const wanted = (part) => only.length === 0 || only.includes(part);
const started = Date.now();

checkNode();
installPackages();
installDebianPackages();
if (wanted('types')) step('Types', 'npm', ['run', '--silent', 'types']);
if (wanted('lint')) step('Lint', 'npm', ['run', '--silent', 'lint']);
build();
if (wanted('unit')) step('Unit tests', 'npx', ['vitest', 'run', '--project', 'unit']);
if (wanted('integration')) step('Integration tests: real processes, real streams', 'npx', ['vitest', 'run', '--project', 'integration']);
if (wanted('story')) {
  step('The story, cold standby: a recorder fails, is taken over, comes back', 'npm', ['run', '--silent', 'story', '--', '--json']);
  step('The story, hot standby: the same, and not a frame is missing', 'npm', ['run', '--silent', 'story', '--', '--json', '--hot']);
}
if (wanted('browser')) step('Browser tests', 'npx', ['playwright', 'test']);
console.log(`\nAll steps passed in ${Math.round((Date.now() - started) / 1000)} s.`);
