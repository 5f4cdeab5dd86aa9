// Writes the tables of docs/detector.md and docs/role.md anew from the code.
// The test beside it (test/core/tables.test.ts) fails while they differ.
import { spawnSync } from 'node:child_process';

const run = spawnSync('npx', ['vitest', 'run', '--project', 'integration', 'test/core/tables.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, WRITE_TABLES: '1' },
});
process.exit(run.status ?? 1);
