import { ownFootage } from '../../recorder/own-footage.ts';
import { loadSettings, storeRoot } from '../../recorder/settings-files.ts';
import type { CameraKey, Span } from '../../core/units.ts';
import type { FootageReader } from '../../video/contract.ts';

/**
 * The recorder's footage, read from its store path beside it: the same whether the recorder runs or
 * is dead. Opened at the first use, and anew when the settings name another store path.
 */
export function builtinFootage(folder: string, openFootage: (storePath: string) => Promise<FootageReader>): FootageReader {
  let open: { readonly path: string; readonly reader: Promise<FootageReader> } | null = null;

  const reader = async (): Promise<FootageReader> => {
    const path = storeRoot(folder, (await loadSettings(folder)).document);
    if (open?.path !== path) {
      const old = open;
      const made = { path, reader: openFootage(path) };
      open = made;
      // A store that could not be opened is tried again at the next question.
      made.reader.catch(() => {
        if (open === made) open = null;
      });
      await old?.reader.then((one) => one.close());
    }
    return await open.reader;
  };

  return {
    keys: async () => await ownFootage(await reader()).keys(),
    cameras: async () => await ownFootage(await reader()).cameras(),
    coverage: async (camera, span) => await ownFootage(await reader()).coverage(camera, span),
    rows: (camera, span) => later(async () => ownFootage(await reader()).rows(camera, span)),
    read: (camera: CameraKey, span: Span) => later(async () => ownFootage(await reader()).read(camera, span)),
    async close() {
      const old = open;
      open = null;
      await old?.reader.then((one) => one.close());
    },
  };
}

async function* later<T>(start: () => Promise<AsyncIterable<T>>): AsyncIterable<T> {
  yield* await start();
}
