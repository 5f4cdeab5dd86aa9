import { type FileHandle, open, readFile, statfs } from 'node:fs/promises';
import { makeFolder } from './make-folder.ts';

/** The file calls of the recording path as a port, so that a test can make a disk full or broken. All asynchronous. */
export type OpenFile = Pick<FileHandle, 'writev' | 'truncate' | 'datasync' | 'sync' | 'close'>;

export interface Files {
  open(path: string, flags: string): Promise<OpenFile>;
  makeFolder(path: string): Promise<void>;
  readText(path: string): Promise<string>;
  space(path: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
}

export const systemFiles: Files = {
  open: (path, flags) => open(path, flags, 0o640),
  async makeFolder(path) {
    await makeFolder(path);
  },
  readText: (path) => readFile(path, 'utf8'),
  async space(path) {
    const { bavail, blocks, bsize } = await statfs(path);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  },
};
