import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { FootageCamera } from '../../../../src/contract/api/footage.ts';
import { call } from '../../api/client.ts';
import { useServerNow } from '../../api/clock.ts';
import { createPlayer, type Player, type PlayerView } from '../../player/player.ts';
import { askedFor, type View } from './place.ts';

export function useFootageCameras() {
  return useQuery({ queryKey: ['footage'], queryFn: ({ signal }) => call('footage.cameras', { signal }), refetchInterval: 5_000 });
}

/** The timeline around the view; asked again while its end is the present. */
export function useTimeline(server: string | undefined, cameras: readonly string[], view: View, width = 1_200) {
  const nowUs = useServerNow() * 1_000;
  const asked = askedFor(view);
  const pixels = Math.min(10_000, Math.round((width * (asked.toUs - asked.fromUs)) / (view.toUs - view.fromUs)));
  return useQuery({
    queryKey: ['timeline', server, cameras.join(), asked.fromUs, asked.toUs],
    queryFn: ({ signal }) => call('footage.timeline', { params: { server: server ?? '' }, query: { ...asked, cameras: cameras.join(), pixels }, signal }),
    enabled: server !== undefined && cameras.length > 0,
    placeholderData: (old) => old,
    refetchInterval: asked.toUs > nowUs - 60e6 ? 2_000 : 15_000,
  });
}

/** The clips by which a span comes whole; asked once for each span that is typed. */
export function useClips(server: string, camera: string, span: View | null) {
  return useQuery({
    queryKey: ['clips', server, camera, span?.fromUs, span?.toUs],
    queryFn: ({ signal }) => call('footage.clips', { params: { server, camera }, query: span ?? { fromUs: 0, toUs: 1 }, signal }),
    enabled: span !== null,
    retry: false,
  });
}

/** One player for as long as the page is open. */
export function usePlayer(nowUs: () => number): readonly [Player | null, PlayerView | null] {
  const [player, setPlayer] = useState<Player | null>(null);
  useEffect(() => {
    const made = createPlayer(nowUs);
    setPlayer(made);
    return () => made.close();
    // The clock is a function of the store: it never changes.
  }, []);
  const view = useSyncExternalStore(player?.subscribe ?? never, () => player?.view() ?? null);
  return [player, view];
}
const never = () => () => undefined;

/** The newest hour, or all there is if that is less; ten minutes where nobody knows how much there is. */
export function firstView(cameras: readonly FootageCamera[], nowUs: number): View {
  const from = Math.min(...cameras.map(({ span }) => span?.fromUs ?? nowUs - 600e6));
  const length = Math.min(3_600e6, Math.max(60e6, nowUs - from));
  return { fromUs: Math.round(nowUs - length * 1.05), toUs: Math.round(nowUs + length * 0.03) };
}
