import { createHash } from 'node:crypto';
import { UnderstudyError } from '../contract/errors.ts';
import { encodeBatches, encodeRows } from '../contract/footage-wire.ts';
import { mostSettingsBytes, type SettingsFile } from '../contract/link.ts';
import type { Handlers } from '../platform/link-responder.ts';
import type { Recorder } from '../recorders/contract.ts';

/** What the failover server may ask, answered through the Recorder port alone. */
export function agentHandlers(
  recorder: Recorder,
  releaseProtector: () => Promise<void>,
  adoptIdentity: ((server: string) => Promise<void>) | undefined,
): Required<Handlers> {
  return {
    'identity.adopt': async ({ server }) => {
      if (adoptIdentity === undefined) throw new UnderstudyError('input.not-found', 'This agent cannot take another identity.');
      const { document } = await recorder.settings();
      if (document.cameras.length > 0)
        throw new UnderstudyError('input.conflict', 'This recorder has cameras of its own; only a new installation can take the identity of another server.', { advice: 'Remove its cameras, or start with an empty settings folder.' });
      await adoptIdentity(server);
      return { result: {} };
    },
    'settings.get': async () => {
      const settings = await recorder.settings();
      const { digest, document, files } = settings;
      return { result: { digest, document, files: [...files] }, body: bodies(files, (path) => settings.open(path)) };
    },
    'settings.put': async ({ files }, upload) => ({ result: await recorder.putSettings(await collect(files, upload)) }),
    'footage.coverage': async ({ span, ...camera }) => {
      const answer = await footage(recorder).coverage(camera, span);
      return { result: { ...answer, spans: [...answer.spans], deleted: answer.deleted && [...answer.deleted] } };
    },
    'footage.rows': async ({ span, ...camera }) => ({ result: {}, body: encodeRows(footage(recorder).rows(camera, span)) }),
    'footage.read': async ({ span, ...camera }) => ({ result: {}, body: encodeBatches(footage(recorder).read(camera, span)) }),
    'footage.locks': async ({ locks }) => ({ result: { locks: [...(await recorder.lock(locks))] } }),
    'footage.unlock': async ({ id }) => {
      await recorder.unlock(id);
      return { result: {} };
    },
    'footage.pointer': async ({ failoverAddress, monitoredAddress }) => ({ result: await recorder.pointer(failoverAddress, monitoredAddress) }),
    'footage.copyBack': async ({ span, bytesPerSecond, ...camera }) => {
      const answer = await recorder.copyBack(camera, span, bytesPerSecond);
      return { result: { ...answer, copied: [...answer.copied] } };
    },
    'cameras.release': async ({ cameras }) => ({ result: { supported: await recorder.releaseCameras(cameras) } }),
    'cameras.resume': async ({ cameras }) => ({ result: { supported: await recorder.resumeCameras(cameras) } }),
    'protector.release': async () => {
      await releaseProtector();
      return { result: {} };
    },
  };
}

function footage(recorder: Recorder): NonNullable<ReturnType<Recorder['footage']>> {
  const reader = recorder.footage();
  if (reader === null) throw new UnderstudyError('input.not-found', `${recorder.make} does not hand out its footage.`);
  return reader;
}

async function* bodies(files: readonly SettingsFile[], open: (path: string) => AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for (const file of files) {
    let bytes = 0;
    for await (const chunk of open(file.path)) {
      bytes += chunk.length;
      yield chunk;
    }
    if (bytes !== file.bytes) throw new UnderstudyError('backup.unreachable', `${file.path} changed while it was read. Try again.`);
  }
}

/** Held in memory until all are there: they must replace the old ones at once. */
async function collect(files: readonly SettingsFile[], upload: AsyncIterable<Uint8Array>): Promise<{ readonly file: SettingsFile; readonly body: Uint8Array }[]> {
  const expected = files.reduce((sum, file) => sum + file.bytes, 0);
  if (expected > mostSettingsBytes) throw new UnderstudyError('input.too-large', `The settings have ${expected} bytes; at most ${mostSettingsBytes} can be put back.`);
  const all = new Uint8Array(expected);
  let at = 0;
  for await (const chunk of upload) {
    if (at + chunk.length > expected) throw new UnderstudyError('link.protocol', 'More bytes came than the list of files names.');
    all.set(chunk, at);
    at += chunk.length;
  }
  if (at !== expected) throw new UnderstudyError('link.protocol', `Of ${expected} bytes of settings only ${at} came.`);
  let from = 0;
  return files.map((file) => {
    const body = all.subarray(from, (from += file.bytes));
    if (createHash('sha256').update(body).digest('hex') !== file.sha256)
      throw new UnderstudyError('backup.corrupt', `${file.path} did not arrive as it was sent; nothing was changed.`);
    return { file, body };
  });
}
