import type { Log } from '../../platform/log.ts';
import type { LinkRequests } from '../ports.ts';
import type { Parts } from '../parts.ts';
import { forgetServer } from '../commands/remove.ts';
import type { RoleExecutors } from './roles.ts';

const answerMs = 2500;
const askedAtOnce = 8;

/** What the role's effects do in the world. `parts` is asked late: the parts know each other. */
export function roleExecutors(parts: () => Parts): RoleExecutors {
  const asking = new Set<string>();
  return {
    'ask cameras': ({ serverId }) => {
      if (asking.has(serverId)) return;
      asking.add(serverId);
      const { ports, roles } = parts();
      void firstAnswer(parts(), serverId, null).then((camera) => {
        asking.delete(serverId);
        ports.afterPoll(() => roles.step(serverId, camera === null ? { type: 'no camera answered' } : { type: 'cameras answered', camera }));
      });
    },
    // The jobs follow from the state (desk): an order twice, or after a crash, is the same order.
    'take camera': () => parts().desk.soon(),
    'let camera go': () => parts().desk.soon(),
    'release on recorder': ({ serverId, cameras }) => tell(parts(), serverId, 'cameras.release', cameras),
    'resume on recorder': ({ serverId, cameras }) => tell(parts(), serverId, 'cameras.resume', cameras),
    // What was recorded from is let go: from now on the newest good settings count again.
    'take-over ended': ({ serverId }) => {
      void parts().documents.refresh(serverId);
      parts().desk.soon();
    },
    'forget server': ({ serverId }) => forgetServer(parts(), serverId),
    'raise alarm': ({ alarm, serverId, text }) => parts().trail.raise(alarm, serverId, text),
    'clear alarm': ({ alarm, serverId }) => parts().trail.clear(alarm, serverId),
  };
}

/** The first camera that answers, the named one asked before all others; null when none does. A few at once, so that one dead camera delays nobody. */
export async function firstAnswer({ documents, ports }: Parts, serverId: string, first: string | null): Promise<string | null> {
  const cameras = documents.document(serverId)?.cameras.filter((camera) => camera.enabled) ?? [];
  const known = cameras.find((camera) => camera.id === first);
  if (known !== undefined && (await ports.cameraCheck.answers(known.url, answerMs))) return known.id;
  for (let at = 0; at < cameras.length; at += askedAtOnce) {
    const some = cameras.slice(at, at + askedAtOnce);
    const answers = some.map(async (camera) => {
      if (await ports.cameraCheck.answers(camera.url, answerMs)) return camera.id;
      throw new Error('silent');
    });
    try {
      return await Promise.any(answers);
    } catch (error) {
      if (!(error instanceof AggregateError)) throw error; // none of these answered: ask the next ones
    }
  }
  return null;
}

/** A dead recorder cannot answer; the role's own clock decides what follows from that. */
function tell({ links, ports }: Parts, serverId: string, method: 'cameras.release' | 'cameras.resume', cameras: readonly string[]): void {
  void askQuietly(links, ports.log, serverId, method, cameras);
}

async function askQuietly(links: LinkRequests, log: Log, serverId: string, method: 'cameras.release' | 'cameras.resume', cameras: readonly string[]): Promise<void> {
  try {
    const { supported } = await links.request(serverId, method, { cameras: [...cameras] }, 5000);
    if (!supported) log.info({ server: serverId }, 'The recorder cannot leave single cameras alone; they are handed over when it lets them go.');
  } catch (error) {
    log.info({ server: serverId, method, error: (error as Error).message }, 'The recorder did not answer.');
  }
}
