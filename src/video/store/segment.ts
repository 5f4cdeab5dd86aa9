/** One segment file while it is being written. */
import { dirname } from 'node:path';
import type { CameraKey, TimeUs } from '../../core/units.ts';
import { packConfig } from '../mp4/packed-config.ts';
import type { Files, OpenFile } from '../../platform/disk.ts';
import type { RingUnit, StreamConfig } from '../contract.ts';
import { segmentHead } from '../mp4/segment-head.ts';
import { segmentPath } from './layout.ts';
import type { ReportDraft } from './report.ts';
import type { Syncable } from './syncer.ts';

export interface SegmentStart {
  readonly files: Files;
  readonly storePath: string;
  readonly camera: CameraKey;
  readonly config: StreamConfig;
  readonly first: RingUnit;
  /** Called after each sync that succeeded, and once with the error of one that failed. */
  readonly onSynced: (error: unknown) => void;
}

export class Segment implements Syncable {
  syncedAtMs = 0;
  /** Length up to the last whole fragment. */
  size = 0;
  newestUs: TimeUs;
  durableUs: TimeUs = 0;
  /** To be written in front of the first fragment. */
  head: Buffer | null;
  readonly config: StreamConfig;
  readonly startUs: TimeUs;
  readonly epoch: number;
  readonly draft: ReportDraft;
  readonly #file: OpenFile;
  readonly #start: SegmentStart;
  #folderDurable = false;
  #syncing: Promise<void> = Promise.resolve();

  private constructor(start: SegmentStart, file: OpenFile, path: string) {
    const { first, camera, config } = start;
    this.#start = start;
    this.#file = file;
    this.config = config;
    this.epoch = first.epoch;
    this.startUs = this.newestUs = first.timeUs;
    this.head = segmentHead({ camera, baseUs: first.timeUs, config, epoch: first.epoch });
    this.draft = {
      opened: { camera, startUs: first.timeUs, config: packConfig(config) },
      path,
      chunks: Buffer.alloc(1024),
      chunkBytes: 0,
      bytes: 0,
      durableUs: 0,
      closed: false,
    };
  }

  static async create(start: SegmentStart): Promise<Segment> {
    for (let attempt = 0; ; attempt++) {
      const path = segmentPath(start.camera, start.first.timeUs, attempt);
      const file = await openNew(start.files, `${start.storePath}/${path}`);
      if (file !== null) return new Segment(start, file, path);
    }
  }

  /** Writes slices behind the last whole fragment; on failure cuts the file back and throws the first cause. */
  async write(slices: readonly Uint8Array[], bytes: number): Promise<void> {
    try {
      await writeAll(this.#file, slices, bytes, this.size);
    } catch (error) {
      await this.#cutBack();
      throw error;
    }
    this.size += bytes;
  }

  async #cutBack(): Promise<void> {
    try {
      await this.#file.truncate(this.size);
    } catch {
      // The disk refuses even that; the torn tail is cut when the store is opened next.
    }
  }

  /** Makes all written so far durable. Never rejects: a failure is told through `onSynced`. */
  sync(): Promise<void> {
    this.#syncing = this.#syncing.then(() => this.#syncOnce());
    return this.#syncing;
  }

  async #syncOnce(): Promise<void> {
    const upTo = this.newestUs;
    try {
      await this.#file.datasync();
      if (!this.#folderDurable) await this.#syncFolders();
      this.durableUs = this.draft.durableUs = upTo;
      this.#start.onSynced(null);
    } catch (error) {
      this.#start.onSynced(error);
    }
  }

  /** A new file is found after a power-off only if its folder's entry is on disk too. */
  async #syncFolders(): Promise<void> {
    let folder = dirname(`${this.#start.storePath}/${this.draft.path}`);
    for (let level = 0; level < 3; level++, folder = dirname(folder)) {
      const handle = await this.#start.files.open(folder, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
    this.#folderDurable = true;
  }

  async close(): Promise<void> {
    await this.sync();
    await this.#file.close();
  }
}

async function openNew(files: Files, path: string): Promise<OpenFile | null> {
  for (let folderMade = false; ; folderMade = true) {
    try {
      return await files.open(path, 'wx');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      if (code === 'EEXIST') return null;
      if (code !== 'ENOENT' || folderMade) throw error;
      await files.makeFolder(dirname(path));
    }
  }
}

/** `writev` may write less than asked, on a nearly full disk above all. */
async function writeAll(file: OpenFile, slices: readonly Uint8Array[], bytes: number, position: number): Promise<void> {
  let left: readonly Uint8Array[] = slices;
  for (let done = 0; done < bytes; ) {
    const { bytesWritten } = await file.writev(left, position + done);
    if (bytesWritten === 0) throw Object.assign(new Error('the disk takes no more bytes'), { code: 'ENOSPC' });
    done += bytesWritten;
    if (done < bytes) left = skip(left, bytesWritten);
  }
}

function skip(slices: readonly Uint8Array[], bytes: number): Uint8Array[] {
  const out: Uint8Array[] = [];
  let over = bytes;
  for (const slice of slices) {
    if (over < slice.length) out.push(over > 0 ? slice.subarray(over) : slice);
    over = Math.max(0, over - slice.length);
  }
  return out;
}
