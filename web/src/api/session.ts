import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { t } from '../texts/texts.ts';
import { call } from './client.ts';
import { disconnectLive, useLive } from './live.ts';

/** Who is logged in; asked once, renewed after log-in and log-out. */
export function useSession() {
  return useQuery({ queryKey: ['session'], queryFn: ({ signal }) => call('session.get', { signal }), staleTime: Infinity });
}

export function useLogIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { readonly token: string; readonly name?: string }) => call('session.create', { body }),
    onSuccess: async (session) => {
      // An answer of before the log-in may still be on its way: it must not have the last word.
      await client.cancelQueries({ queryKey: ['session'] });
      client.setQueryData(['session'], session);
    },
  });
}

export function useLogOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('session.remove'),
    onSuccess: () => {
      disconnectLive();
      client.clear();
      return client.invalidateQueries({ queryKey: ['session'] });
    },
  });
}

/** Why nothing can be changed from here now, for buttons; null if it can. */
export function useChangeBlock(): string | null {
  const session = useSession();
  const state = useLive((live) => live.state);
  if (state === 'lost') return t.common.disconnected;
  return session.data?.loggedIn ? null : t.common.logInFirst;
}

/** Why nothing can be typed into fields; null if it can. They stay open while the connection is lost: what is being typed just then is not cut off. */
export function useTypeBlock(): string | null {
  return useSession().data?.loggedIn === true ? null : t.common.logInFirst;
}
