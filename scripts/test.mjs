// `npm test`: sets up everything that the tests need, then types, lint, unit, integration and browser.
// A part alone: `npm test -- unit`, `npm test -- integration`, `npm test -- browser`.
import { build, checkNode, installDebianPackages, installPackages, step } from './steps.mjs';

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

const only = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const wanted = (part) => only.length === 0 || only.includes(part);
const started = Date.now();

checkNode();
installPackages();
installDebianPackages(packages);
if (wanted('types')) step('Types', 'npm', ['run', '--silent', 'types']);
if (wanted('lint')) step('Lint', 'npm', ['run', '--silent', 'lint']);
build();
if (wanted('unit')) step('Unit tests', 'npx', ['vitest', 'run', '--project', 'unit']);
if (wanted('integration')) step('Integration tests: real processes, real streams', 'npx', ['vitest', 'run', '--project', 'integration*']);
// Four side by side: each waits most of its time. At most 4 min; the whole matrix is `npm run matrix`.
// A full disk needs a disk of its own, which only root may mount: others can still pass, and are told what was not run.
let unable = [];
if (wanted('story')) {
  const { stdout } = step('The stories: recorders fail in nine ways, hot standby loses not one frame; and one cold', 'npm', [
    'run', '--silent', 'matrix', '--', '--only', 'matrix, hot, 3s, h264', '--only', 'power-off, cold, alone', '--cameras', '2', '--atonce', '4', '--allow-unable',
  ], { read: true });
  ({ unable } = JSON.parse(stdout.trimEnd().split('\n').at(-1)));
}
if (wanted('browser')) step('Browser tests', 'npx', ['playwright', 'test']);
console.log(`\nAll steps passed in ${Math.round((Date.now() - started) / 1000)} s.`);
for (const { story, why } of unable) console.log(`\n‼ NOT RUN on this machine, so nothing is known of it: ${story}. ${why}`);
