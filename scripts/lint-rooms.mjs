// Writes .oxlintrc.json from scripts/rooms.json and doors.json: which room may import which, and what of it.
// Run by `npm run lint`, which fails when the committed file is not what this makes.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const rooms = JSON.parse(readFileSync(new URL('./rooms.json', import.meta.url), 'utf8'));
const target = new URL('../.oxlintrc.json', import.meta.url);
const names = Object.keys(rooms).map((path) => path.split('/').at(-1));

/** What of another room is open to a room; the rest of it is its own business. */
const doors = JSON.parse(readFileSync(new URL('./doors.json', import.meta.url), 'utf8'));

/** Folders and files of a room. */
const insidesOf = (room) => [...new Set(readdirSync(new URL(`../src/${room}`, import.meta.url)).filter((name) => name !== 'README.md').map((name) => name.replace(/\.ts$/, '')))].toSorted();

const overrides = Object.entries(rooms).map(([path, allowed]) => {
  const own = path.split('/').at(-1);
  const forbidden = names.filter((name) => name !== own && !allowed.includes(name));
  const patterns = [
    {
      regex: `^(\\.\\./)+(src/|sim/)?(${forbidden.join('|')})/`,
      message: `${path} may import only: ${allowed.join(', ') || 'nothing outside itself'} (scripts/rooms.json).`,
    },
  ];
  for (const [room, open] of Object.entries(doors[path] ?? {})) {
    const shut = insidesOf(room).filter((name) => !open.includes(name));
    patterns.push({ regex: `^(\\.\\./)+(src/)?${room}/(${shut.join('|')})(/|\\.ts$)`, message: `${path} may import of ${room} only: ${open.join(', ')} (scripts/doors.json).` });
  }
  if (path === 'src/core' || path === 'src/contract')
    patterns.push({ regex: '^node:', message: `${path} is pure: it runs in a browser too.` });
  return {
    files: [`${path}/**/*.ts`, `${path}/**/*.tsx`],
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  };
});

const purity = {
  files: ['src/core/**/*.ts', 'src/contract/**/*.ts'],
  rules: {
    'no-restricted-globals': [
      'error',
      ...['process', 'Buffer', 'setTimeout', 'setInterval', 'performance', 'fetch', 'crypto'].map((name) => ({
        name,
        message: 'Core is pure: pass it in.',
      })),
    ],
  },
};

const config = {
  $schema: './node_modules/oxlint/configuration_schema.json',
  plugins: ['typescript', 'import', 'unicorn', 'oxc', 'promise'],
  categories: { correctness: 'error' },
  rules: {
    'no-empty': ['error', { allowEmptyCatch: false }],
    'import/no-cycle': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'import/no-default-export': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    eqeqeq: 'error',
  },
  overrides: [
    ...overrides,
    purity,
    { files: ['*.config.ts', 'web/*.config.ts'], rules: { 'import/no-default-export': 'off' } },
  ],
  ignorePatterns: ['dist', 'node_modules', 'coverage', 'web/dist', 'data'],
};

const text = `${JSON.stringify(config, null, 2)}\n`;
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('.oxlintrc.json is not what scripts/rooms.json says. Run: node scripts/lint-rooms.mjs');
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
