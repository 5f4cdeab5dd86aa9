/** Writes footage that was read elsewhere (copy back): batches of a reader through a camera's writer. */
import type { CameraWriter, FootageBatch, FootageUnit, RingUnit } from '../contract.ts';
import { checkUnit } from './checksum.ts';

const FRAGMENT_US = 250_000;

/**
 * Returns the number of units written. Units before the first video key picture are left out. A gap
 * begins a new epoch, because RTP times of different sessions have nothing to do with each other.
 * Rejects as `CameraWriter.append` does, and with `store.damaged` at the first unit that does not match its
 * checksum; what was written until then stays.
 */
export async function importFootage(writer: CameraWriter, batches: AsyncIterable<FootageBatch>): Promise<number> {
  let written = 0;
  let epoch = 1;
  let begun = false;
  for await (const { config, units } of batches)
    for (const group of fragments(units)) {
      const first = group[0];
      const starts = first?.track === 'video' && first.key;
      if (!begun && !starts) continue;
      for (const unit of group) checkUnit(config.video.codec, unit);
      if (begun && starts && first.gapBefore) epoch++;
      begun = true;
      const memory = Buffer.concat(group.map(({ data }) => data));
      await writer.append({ config, memory, units: inMemory(group, epoch) });
      written += group.length;
    }
  return written;
}

function inMemory(group: readonly FootageUnit[], epoch: number): RingUnit[] {
  let start = 0;
  return group.map(({ data, ...row }) => {
    const unit = { ...row, epoch, start, length: data.length };
    start += data.length;
    return unit;
  });
}

/** A key picture begins one, as the contract of `UnitBatch` says. */
function* fragments(units: readonly FootageUnit[]): Generator<readonly FootageUnit[]> {
  let group: FootageUnit[] = [];
  for (const unit of units) {
    const first = group[0];
    const key = unit.track === 'video' && unit.key;
    if (first !== undefined && (key || unit.gapBefore || unit.timeUs - first.timeUs >= FRAGMENT_US)) {
      yield group;
      group = [];
    }
    group.push(unit);
  }
  if (group.length > 0) yield group;
}
