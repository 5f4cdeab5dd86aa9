/** Makes the index anew from the segment files alone, beside running writers. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { systemFiles } from '../../platform/disk.ts';
import { readChunks } from '../mp4/unit-rows.ts';
import type { Ledger } from './ledger.ts';
import { readMarker } from './marker.ts';
import type { OpenSegment } from './open-segments.ts';
import { camerasOnDisk, inspectSegment, segmentsOnDisk } from './recover.ts';

export interface Rebuilt {
  readonly segments: number;
  readonly units: number;
  /** Files without a readable head, or with a torn end. They are left as they are. */
  readonly damaged: readonly string[];
}

export interface RebuildOptions {
  readonly ledger: Ledger;
  readonly storePath: string;
  /** Segments being written; their writers tell of them. */
  readonly open: ReadonlyMap<string, OpenSegment>;
  /** Asked before each file; then it ends early, and forgets nothing. */
  readonly stopped: () => boolean;
}

export async function rebuildIndex({ ledger, storePath, open, stopped }: RebuildOptions): Promise<Rebuilt> {
  const damaged: string[] = [];
  const onDisk = new Set<string>();
  let [segments, units] = [0, 0];
  for await (const camera of camerasOnDisk(storePath))
    for await (const path of segmentsOnDisk(storePath, camera, '')) {
      if (stopped()) return { segments, units, damaged };
      onDisk.add(path);
      if (open.has(path)) continue;
      const finding = await inspectSegment(storePath, path);
      // A segment may have been opened, or finished, while its file was read.
      if (open.has(path)) continue;
      if (finding.kind === 'damaged') damaged.push(path);
      if (finding.kind !== 'footage') continue;
      if (finding.torn > 0) damaged.push(path);
      ledger.put(finding.segment);
      segments++;
      units += countUnits(finding.segment.rows);
    }
  // A disk that went away in between is no reason to forget what lies on it.
  await readMarker(systemFiles, storePath, null);
  for (const row of ledger.all('SELECT path FROM segments')) {
    const path = String(row['path']);
    // One that was opened and finished meanwhile was not there when its folder was read.
    if (!onDisk.has(path) && !open.has(path) && (await isGone(join(storePath, path)))) ledger.forget(path);
  }
  return { segments, units, damaged };
}

async function isGone(path: string): Promise<boolean> {
  try {
    await access(path);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

function countUnits(rows: Uint8Array): number {
  return [...readChunks(rows)].length;
}
