import { join } from 'node:path';

/** The names in a recorder's settings folder. */
export const settingsName = 'settings.json';
/** The original's names; DivaServer.ini is used where it is what the folder has. */
export const iniNames = ['SenseVideoManager.ini', 'DivaServer.ini'] as const;
/** What belongs to the recorder's settings: exported, backed up, replaced by a roll-back. Nothing else. */
export const settingsFileNames: readonly string[] = [settingsName, ...iniNames];

export interface RecorderFolder {
  readonly root: string;
  readonly settings: string;
  /** Copy of the last settings that were valid; stays in force when `settings.json` is broken. */
  readonly lastGood: string;
  readonly identity: string;
  readonly lock: string;
  readonly socket: string;
  readonly log: string;
  /** Evidence locks that were ordered while the recorder was down. */
  readonly pendingLocks: string;
  /** Which run ended on purpose, and why. */
  readonly lastWords: string;
  /** Store paths that were set up: one of these without its marker is a disk that is not mounted. */
  readonly knownStores: string;
}

export const recorderFolder = (root: string): RecorderFolder => ({
  root,
  settings: join(root, settingsName),
  lastGood: join(root, 'settings.last-good.json'),
  identity: join(root, 'identity.json'),
  lock: join(root, 'recorder.lock'),
  socket: join(root, 'recorder.sock'),
  log: join(root, 'recorder.log'),
  lastWords: join(root, 'last-words.json'),
  pendingLocks: join(root, 'pending-locks.json'),
  knownStores: join(root, 'known-stores.json'),
});
