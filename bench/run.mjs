// `npm run bench -- <name> [options]`: builds, then runs dist/bench/<name>.js. The last line is one JSON object.
import { readdirSync } from 'node:fs';

const [name = '', ...options] = process.argv.slice(2);
const names = readdirSync(new URL('./', import.meta.url)).filter((file) => file.endsWith('.ts') && !file.includes('-')).map((file) => file.slice(0, -3));
if (!names.includes(name)) {
  console.error(`Say what to measure: npm run bench -- ${names.filter((each) => each !== 'test').join(' | ')}`);
  process.exit(2);
}
process.argv.splice(2, Infinity, `dist/bench/${name}.js`, ...options);
await import('../scripts/run.mjs');
