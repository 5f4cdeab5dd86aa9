/**
 * Footage with its sound only where a browser can play both: it waits for the sound of a track that was
 * promised, for ever if none comes (a camera that offers sound and sends none, a microphone switched
 * off), and takes no track that is added or left out later. So the beginning decides.
 */
import type { FootageBatch, FootageUnit } from '../contract.ts';

/** So much of the picture is looked at for sound: frames of sound come every 20 to 130 ms. */
const LOOK_US = 1_200_000;

export async function* audible(batches: AsyncIterable<FootageBatch>): AsyncGenerator<FootageBatch> {
  const held: FootageBatch[] = [];
  let sound: boolean | null = null;
  for await (const batch of batches) {
    if (sound === null) {
      held.push(batch);
      sound = decide(held);
      if (sound === null) continue;
      yield* held.splice(0).map((one) => (sound ? one : silent(one)));
    } else yield sound ? batch : silent(batch);
  }
  yield* held.map(silent);
}

/** Null: not to be told yet. */
function decide(held: readonly FootageBatch[]): boolean | null {
  if (held.some(({ config, units }) => config.audio?.codec === 'aac' && units.some(({ track }) => track === 'audio'))) return true;
  if (held.some(({ config }) => config.audio?.codec !== 'aac')) return false;
  const times = [held[0]?.units[0], held.at(-1)?.units.at(-1)].map((unit: FootageUnit | undefined) => unit?.timeUs ?? 0) as [number, number];
  return times[1] - times[0] >= LOOK_US ? false : null;
}

function silent({ config, units }: FootageBatch): FootageBatch {
  if (config.audio === undefined) return { config, units };
  return { config: { version: config.version, video: config.video }, units: units.filter(({ track }) => track === 'video') };
}
