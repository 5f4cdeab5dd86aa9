import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { UnderstudyError } from '../contract/errors.ts';
import type { SettingsDocument } from '../contract/settings.ts';
import { systemClock } from '../platform/clock.ts';
import { type FolderLock, lockFolder } from '../platform/folder-lock.ts';
import { loadSettings, saveDocument } from '../recorder/settings-files.ts';
import { demandRecorderFolder } from './folder-kind.ts';

/** The settings of a folder, for a change: broken ones are not built upon. */
export async function readForEdit(folder: string): Promise<SettingsDocument> {
  const { document, problem } = await loadSettings(folder);
  if (problem !== null && problem.code !== 'input.not-found')
    throw new UnderstudyError('input.invalid', problem.text, {
      field: problem.issues[0]?.field ?? '',
      advice: 'Correct the file first, or replace it by settings.last-good.json; nothing was changed.',
    });
  return document;
}

/** Reads, changes and writes the settings while no other command does. Returns what `change` returned. */
export async function editSettings<T>(
  folder: string,
  change: (document: SettingsDocument) => { readonly document: SettingsDocument; readonly result: T },
): Promise<T> {
  await demandRecorderFolder(folder);
  const lock = await patiently(join(folder, 'settings.lock'));
  try {
    const { document, result } = change(await readForEdit(folder));
    await saveDocument(folder, document);
    return result;
  } finally {
    await lock.release();
  }
}

/** Another command holds it for milliseconds. */
async function patiently(path: string): Promise<FolderLock> {
  for (let left = 25; ; left--) {
    try {
      return await lockFolder(path, 'understudy camera', new Date(systemClock.wallMs()));
    } catch (error) {
      if (left === 0 || !(error instanceof UnderstudyError) || error.code !== 'store.in-use') throw error;
      await wait(200);
    }
  }
}
