import { readFileSync } from 'node:fs';

/** From package.json, found upwards: this file lies at another depth when compiled. */
function read(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const parsed = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { readonly name?: string; readonly version?: string };
      if (parsed.name === 'understudy' && parsed.version !== undefined) return parsed.version;
    } catch {
      continue; // not there: one folder further up
    }
  }
  return 'unknown';
}

export const version = read();
