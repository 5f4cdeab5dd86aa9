// Copies what tsc leaves behind (SQL migrations, the sample clip) next to the compiled code.
import { cpSync, existsSync, readdirSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;

function copyAll(folder) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) copyAll(path);
    else if (/\.(sql|h264|h265|aac|pcmu|clip)$/.test(entry.name)) {
      mkdirSync(dirname(join(root, 'dist', path)), { recursive: true });
      cpSync(join(root, path), join(root, 'dist', path));
    }
  }
}

for (const folder of ['src', 'sim']) if (existsSync(join(root, folder))) copyAll(folder);
