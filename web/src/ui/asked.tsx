import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { CallError, disconnected } from '../api/client.ts';
import { Said, Verbatim } from '../components/said.tsx';
import { t } from '../texts/texts.ts';
import { Button } from './button.tsx';

/** An answer of the API: loading, failed (what happened, what to do, try again) or there. */
export function Asked<T>({ query, children }: { readonly query: UseQueryResult<T>; readonly children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error === null)
    return (
      <p role="status" className="m-0 p-4 text-dim">
        {t.common.loading}
      </p>
    );
  return (
    <div className="p-4">
      <Refusal error={query.error} />
      <div className="pt-2">
        <Button onPress={() => void query.refetch()}>{t.common.retry}</Button>
      </div>
    </div>
  );
}

/** The API's words for a refusal, after what the page knows of its code; what the page itself says stands as it is. */
export function Told({ error }: { readonly error: Error }) {
  if (!(error instanceof CallError) || error.code === disconnected) return <>{[error.message, error instanceof CallError && error.advice].filter(Boolean).join(' ')}</>;
  return (
    <>
      <Said reason={{ code: error.code, text: error.message }} /> {error.advice && <Verbatim>{error.advice}</Verbatim>}
    </>
  );
}

/** For what is said below a form longer than the window: Enter in a field far above sends it as well. */
export const intoSight = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'nearest' });

/** What went wrong and what to do, in the API's words. Nothing without an error. */
export function Refusal({ error, ofForm = false }: { readonly error: Error | null; readonly ofForm?: boolean }) {
  if (error === null) return null;
  return (
    <p ref={ofForm ? intoSight : undefined} role="alert" className="m-0 text-alarm">
      {error instanceof CallError && error.code === 'input.conflict' ? t.common.conflict : <Told error={error} />}
    </p>
  );
}
