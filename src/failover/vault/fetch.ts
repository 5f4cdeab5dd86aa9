import { UnderstudyError } from '../../contract/errors.ts';
import { mostSettingsBytes, type SettingsFile } from '../../contract/link.ts';
import type { SettingsDocument } from '../../contract/settings.ts';
import type { LinkRequests, Refusal } from '../ports.ts';
import { judgeBackup } from './judge.ts';
import type { Shelf } from './shelf.ts';
import { splitBodies } from './split.ts';

export interface Fetched {
  readonly state: 'good' | 'held' | 'newer schema';
  readonly reason: Refusal | null;
  readonly digest: string;
  readonly cameras: number;
  readonly bytes: number;
  readonly manifest: string;
  readonly blobs: readonly string[];
}

/** A recorder that sends a byte now and then must not hold a place in the queue for ever. */
const mostMs = 15 * 60_000;

/** Fetches the settings in force and puts them on the shelf. A failure at any point leaves only unnamed or unneeded blobs. */
export async function fetchSettings(
  serverId: string,
  needs: { readonly link: LinkRequests; readonly shelf: Shelf; readonly place: string; readonly lastGood: SettingsDocument | null; readonly nowMs: number; readonly monotonicMs: () => number; readonly writing: (name: string) => void },
): Promise<Fetched> {
  const { shelf, place } = needs;
  const { result, body } = await ask(serverId, needs.link);
  const judged = judgeBackup(result.document, needs.lastGood);
  if (judged.state === 'refused') throw new UnderstudyError(judged.reason.code, judged.reason.text);
  const bytes = result.files.reduce((sum: number, file: SettingsFile) => sum + file.bytes, 0);
  if (bytes > mostSettingsBytes) throw new UnderstudyError('link.protocol', `The settings have ${bytes} bytes in ${result.files.length} files; at most ${mostSettingsBytes} are taken.`);
  const blobs: string[] = [];
  const bodies = splitBodies(inTime(body, needs.monotonicMs));
  for (const file of result.files) {
    needs.writing(shelf.nameOf(file));
    blobs.push(await shelf.putFile(file, bodies.take(file.bytes), place));
  }
  await bodies.done();
  const manifest = await shelf.putManifest({ format: 1, serverId, takenMs: needs.nowMs, digest: result.digest, document: result.document, files: result.files }, needs.writing, place);
  return { state: judged.state, reason: judged.reason, digest: result.digest, cameras: judged.document?.cameras.length ?? 0, bytes, manifest, blobs: [...blobs, manifest] };
}

async function* inTime(body: AsyncIterable<Uint8Array>, monotonicMs: () => number): AsyncIterable<Uint8Array> {
  const endMs = monotonicMs() + mostMs;
  for await (const part of body) {
    if (monotonicMs() > endMs) throw new UnderstudyError('backup.unreachable', `The settings did not arrive within ${mostMs / 60_000} min.`);
    yield part;
  }
}

async function ask(serverId: string, link: LinkRequests): ReturnType<typeof link.bulk<'settings.get'>> {
  try {
    return await link.bulk(serverId, 'settings.get', {});
  } catch (error) {
    throw unreachable(error);
  }
}

/** Whatever the link says, for the backup it means: not fetched. The link's own words are kept. */
function unreachable(error: unknown): unknown {
  if (!(error instanceof UnderstudyError)) return error;
  return new UnderstudyError('backup.unreachable', `The settings could not be fetched: ${error.message}`, { cause: error, ...(error.advice === undefined ? {} : { advice: error.advice }) });
}
