// Writes docs/errors.md from src/contract/errors.ts (compiled). A unit test holds the two together.
import { writeFileSync } from 'node:fs';
import { errors } from '../dist/src/contract/errors.js';

const faults = { caller: 'what was asked does not fit', remote: 'the other side misbehaved', environment: 'disk or network failed', internal: 'our defect' };
const rows = Object.entries(errors).map(([code, { fault, text }]) => `| \`${code}\` | ${text} | ${faults[fault]} |`);
writeFileSync(
  new URL('../docs/errors.md', import.meta.url),
  `# Error codes\n\nA code never changes its meaning. Every error also tells what happened and what to do. Made by \`node scripts/write-errors.mjs\`.\n\n| code | meaning | whose turn |\n|---|---|---|\n${rows.join('\n')}\n`,
);
