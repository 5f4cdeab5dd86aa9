import { link, rm } from 'node:fs/promises';
import { z } from 'zod';
import { idRule } from '../contract/settings.ts';
import { UnderstudyError } from '../contract/errors.ts';
import { syncFolder, writeDurably } from '../platform/durable-file.ts';
import { errorCode, readBytesIfThere } from '../platform/read-bytes.ts';
import type { Random } from '../platform/random.ts';
import { recorderFolder } from './folder.ts';
import { makeFolder } from '../platform/make-folder.ts';

const identityFile = z.object({ server: idRule });

/** The server id of this settings folder: the agent's and the recorder's; made by whichever asks first. */
export async function serverIdentity(root: string, random: Random): Promise<string> {
  const { identity } = recorderFolder(root);
  for (;;) {
    const body = await readBytesIfThere(identity);
    if (body !== null) return parse(identity, body.toString('utf8'));
    await makeFolder(root, 0o700);
    const draft = `${identity}.${random.id()}`;
    // On the disk before it has its name: after a power-off an empty identity would keep the recorder down for good.
    await writeDurably(draft, `${JSON.stringify({ server: random.id() })}\n`, 0o600);
    // link() does not replace: agent and recorder starting together end with one id.
    await link(draft, identity).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
    await rm(draft);
    await syncFolder(root);
  }
}

/** New hardware takes the identity of a server that will not come back; recorder and agent must be started anew. */
export async function replaceIdentity(root: string, server: string): Promise<void> {
  await writeDurably(recorderFolder(root).identity, `${JSON.stringify({ server: idRule.parse(server) })}\n`, 0o600);
}

function parse(path: string, text: string): string {
  try {
    return identityFile.parse(JSON.parse(text)).server;
  } catch (error) {
    throw new UnderstudyError('input.invalid', `${path} is damaged: it must hold {"server": "<id>"}.`, {
      field: 'server',
      advice: 'Put the old id back (the name of the folder under the store path); with a new id the old footage belongs to nobody.',
      cause: error,
    });
  }
}
