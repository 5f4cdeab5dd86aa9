import { UnderstudyError } from '../../contract/errors.ts';

const cut = (): UnderstudyError => new UnderstudyError('link.protocol', 'The settings came shorter or longer than announced.');

/**
 * Cuts one stream into bodies of known lengths, read strictly one after the other; nothing is kept in
 * memory but the chunk at hand. `done` throws `link.protocol` if bytes are left over.
 */
export function splitBodies(stream: AsyncIterable<Uint8Array>): { take(bytes: number): AsyncIterable<Uint8Array>; done(): Promise<void>; rest(): AsyncIterable<Uint8Array> } {
  const source = stream[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  const more = async (): Promise<boolean> => {
    const next = await source.next();
    if (next.done === true) return false;
    rest = next.value;
    return true;
  };
  return {
    async *take(bytes) {
      let left = bytes;
      while (left > 0) {
        if (rest.length === 0 && !(await more())) throw cut();
        const part = rest.subarray(0, left);
        rest = rest.subarray(part.length);
        left -= part.length;
        if (part.length > 0) yield part;
      }
    },
    async *rest() {
      if (rest.length > 0) yield rest;
      while (await more()) yield rest;
    },
    async done() {
      while (rest.length === 0) if (!(await more())) return;
      await source.return?.();
      throw cut();
    },
  };
}
