import { UnderstudyError } from '../../../contract/errors.ts';
import type { CameraKey, Span } from '../../../core/units.ts';
import type { FootageDoor, OutageDoor } from '../footage-door.ts';
import type { SomeHandlers } from '../handlers.ts';

type FootageNames = 'footage.cameras' | 'footage.timeline' | 'footage.play' | 'footage.live' | 'footage.clip' | 'footage.clips' | 'locks.list' | 'locks.create' | 'locks.remove';
type OutageNames = 'outages.list' | 'outages.get' | 'outages.page';

const dayUs = 86_400_000_000;
const camera = (params: { readonly server: string; readonly camera: string }): CameraKey => ({ serverId: params.server, cameraId: params.camera });

/** The span of a query or body; `mostDays` keeps a slip of the keyboard from reading a year. */
function spanOf({ fromUs, toUs }: Span, mostDays: number): Span {
  if (toUs <= fromUs) throw new UnderstudyError('input.invalid', 'toUs: The end must lie behind the beginning.', { field: 'toUs' });
  if (toUs - fromUs > mostDays * dayUs) throw new UnderstudyError('input.invalid', `toUs: At most ${mostDays} days at once.`, { field: 'toUs' });
  return { fromUs, toUs };
}

export function footageHandlers(footage: FootageDoor): SomeHandlers<FootageNames> {
  return {
    'footage.cameras': () => footage.cameras(),
    'footage.timeline': ({ params, query }) => {
      const ids = query.cameras === undefined ? null : query.cameras.split(',').filter((id) => id !== '');
      return footage.timeline(params.server, ids, spanOf(query, 400), query.pixels);
    },
    'footage.play': ({ params, query, caller }) => footage.play(camera(params), spanOf(query, 31), query.audio === 'true', caller.gone),
    'footage.live': ({ params, caller }) => footage.live(camera(params), caller.gone),
    'footage.clip': ({ params, query, caller }) => footage.clip(camera(params), spanOf(query, 31), caller.gone),
    'footage.clips': async ({ params, query }) => [...(await footage.clips(camera(params), spanOf(query, 31)))],
    'locks.list': ({ query }) => footage.locks(query),
    'locks.create': ({ body, caller }) => footage.lock({ serverId: body.serverId, cameraId: body.cameraId }, spanOf(body, 400), body.reason, caller.who),
    'locks.remove': ({ params, caller }) => footage.unlock(params.lock, caller.who),
  };
}

export function outageHandlers(outages: OutageDoor): SomeHandlers<OutageNames> {
  return {
    'outages.list': ({ query }) => outages.list(query),
    'outages.get': ({ params }) => outages.report(params.outage),
    'outages.page': async ({ params }) => ({ contentType: 'text/html; charset=utf-8', body: await outages.page(params.outage) }),
  };
}
