import type { SomeHandlers } from '../handlers.ts';
import type { Others } from '../others.ts';
import { UnderstudyError } from '../../../contract/errors.ts';

export function otherHandlers({ others, audit }: { readonly others: Others; readonly audit: (who: string, action: string, why: string) => void }): SomeHandlers<'failovers.list' | 'failovers.add' | 'failovers.remove'> {
  return {
    'failovers.list': () => others.list(),
    'failovers.add': async ({ body, caller }) => {
      const added = await others.add(body);
      audit(caller.who, 'failover server added', `"${added.name}" at ${added.address}`);
      return added;
    },
    'failovers.remove': ({ params, caller }) => {
      if (params.failover === 'this') throw new UnderstudyError('input.conflict', 'This failover server cannot be removed from its own list.', { field: 'failover' });
      others.remove(params.failover);
      audit(caller.who, 'failover server removed', params.failover);
    },
  };
}
