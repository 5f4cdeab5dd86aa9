import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { FailoverSettings, FailoverState, VersionedSettings } from '../../../src/contract/api/failover.ts';
import type { MonitoredServer } from '../../../src/contract/api/servers.ts';
import { call, CallError } from './client.ts';
import { useLive } from './live.ts';

export interface FailoverView {
  readonly state: FailoverState | null;
  readonly servers: readonly MonitoredServer[];
  readonly error: Error | null;
}

const other = (id: string): boolean => id !== 'this';

/** A failover server with its monitored servers: live for the one that serves this page, asked each second for others. */
export function useFailoverView(id: string): FailoverView {
  const snapshot = useLive((live) => live.snapshot);
  const row = snapshot?.failovers.find((each) => each.id === id);
  const poll = { enabled: other(id), refetchInterval: 1_000 };
  const state = useQuery({ queryKey: ['failover', id, 'state'], queryFn: ({ signal }) => call('failover.state', { failover: id, signal }), ...poll });
  const servers = useQuery({ queryKey: ['failover', id, 'servers'], queryFn: ({ signal }) => call('servers.list', { failover: id, signal }), ...poll });
  // What this failover server says of it stands while it is asked again; the error of a question does not.
  const away = row === undefined || row.state === 'running' || row.reason === null ? null : new CallError(0, { code: row.reason.code, message: row.reason.text });
  if (other(id)) return { state: state.data ?? null, servers: servers.data ?? [], error: away ?? state.error ?? servers.error };
  return { state: snapshot?.failover ?? null, servers: snapshot?.servers ?? [], error: null };
}

const settingsKey = (id: string): readonly string[] => ['failover', id, 'settings'];

/** Settings with their version; asked again whenever the failover server's state names a newer version. */
export function useSettings(id: string) {
  const version = useFailoverView(id).state?.settingsVersion;
  return useQuery({
    queryKey: [...settingsKey(id), version],
    queryFn: ({ signal }) => call('settings.get', { failover: id, signal }),
    // Never those of another failover server: they would be saved into the wrong one.
    placeholderData: (old, before) => (before?.queryKey[1] === id ? old : undefined),
  });
}

/** Changes some of the settings, made from the version that the person saw: a conflict is told, nothing is overwritten. */
export function useChangeSettings(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ seen, change }: { readonly seen: VersionedSettings; readonly change: Partial<FailoverSettings> }) =>
      call('settings.put', { failover: id, body: { version: seen.version, settings: { ...seen.settings, ...change } } }),
    // At once: what is changed next is changed from this version, and no conflict with oneself.
    onSuccess: (saved) => client.setQueriesData({ queryKey: settingsKey(id) }, saved),
    onSettled: () => client.invalidateQueries({ queryKey: settingsKey(id) }),
  });
}
