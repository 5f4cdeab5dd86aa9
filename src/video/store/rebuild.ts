/** Makes the index anew from the segment files alone, beside running writers. */
import { readChunks } from '../mp4/unit-rows.ts';
import type { Ledger } from './ledger.ts';
import type { OpenSegment } from './open-segments.ts';
import { camerasOnDisk, inspectSegment, segmentsOnDisk } from './recover.ts';

export interface Rebuilt {
  readonly segments: number;
  readonly units: number;
  /** Files without a readable head, or with a torn end. They are left as they are. */
  readonly damaged: readonly string[];
}

/** `open`: segments being written; their writers tell of them. */
export async function rebuildIndex(ledger: Ledger, storePath: string, open: ReadonlyMap<string, OpenSegment>): Promise<Rebuilt> {
  const damaged: string[] = [];
  const onDisk = new Set<string>();
  let [segments, units] = [0, 0];
  for await (const camera of camerasOnDisk(storePath))
    for await (const path of segmentsOnDisk(storePath, camera, '')) {
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
  for (const row of ledger.all('SELECT path FROM segments')) {
    const path = String(row['path']);
    if (!onDisk.has(path) && !open.has(path)) ledger.forget(path);
  }
  return { segments, units, damaged };
}

function countUnits(rows: Uint8Array): number {
  return [...readChunks(rows)].length;
}
