import { join } from 'node:path';
import { UnderstudyError } from '../contract/errors.ts';
import { formatSecret, parseSecret } from '../platform/pairing-proof.ts';
import { readIfThere, writeDurably } from '../platform/durable-file.ts';
import { type AgentState, parseMemory } from './memory.ts';
import { makeFolder } from '../platform/make-folder.ts';

/** The agent's state as two small files in its data folder, 0600: `agent.json` and `pairing-secret`. */
export function fileState(folder: string): AgentState {
  const memoryFile = join(folder, 'agent.json');
  const secretFile = join(folder, 'pairing-secret');
  const write = async (path: string, text: string): Promise<void> => {
    await makeFolder(folder, 0o700);
    await writeDurably(path, text);
  };
  return {
    async readMemory() {
      const text = await readIfThere(memoryFile);
      return text === null ? null : parseMemory(text, memoryFile);
    },
    writeMemory: async (memory) => await write(memoryFile, `${JSON.stringify(memory, null, 2)}\n`),
    async readSecret() {
      const text = (await readIfThere(secretFile))?.trim() ?? '';
      try {
        return text === '' ? null : parseSecret(text);
      } catch (error) {
        // Torn or typed over: nobody can pair by it, so it counts as none, and a new one is made where one is needed.
        if (error instanceof UnderstudyError && error.code === 'auth.pairing-wrong') return null;
        throw error;
      }
    },
    writeSecret: async (secret) => await write(secretFile, secret === null ? '' : `${formatSecret(secret)}\n`),
  };
}
