import { Link, type ErrorComponentProps } from '@tanstack/react-router';
import { paths } from '../paths.ts';
import { t } from '../texts/texts.ts';
import { Button } from '../ui/button.tsx';

/** The page itself failed; the failover server goes on. */
export function Problem({ error, reset }: ErrorComponentProps) {
  return (
    <section role="alert" className="m-auto max-w-lg rounded-lg border border-alarm bg-panel p-6">
      <h1 className="mt-0 text-xl">{t.problem.title}</h1>
      <p>{t.problem.text}</p>
      <pre className="overflow-auto rounded bg-raised p-2 text-sm whitespace-pre-wrap">{error instanceof Error ? error.message : String(error)}</pre>
      <Button kind="primary" onPress={reset}>
        {t.common.retry}
      </Button>
    </section>
  );
}

export function NotFound() {
  return (
    <section className="m-auto max-w-lg p-6">
      <h1 className="mt-0 text-xl">{t.problem.noPage}</h1>
      <Link to={paths.overview} className="text-accent">
        {t.nav.overview}
      </Link>
    </section>
  );
}
