import { useMutation } from '@tanstack/react-query';
import { fetchRoute, urlOf } from '../../api/client.ts';
import { useChangeBlock } from '../../api/session.ts';
import { t } from '../../texts/texts.ts';
import { Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/page.tsx';
import { Status } from '../../ui/status.tsx';

const n = t.notifications;

/** Metrics are fetched, not sent: the test fetches them as Prometheus would and says what came. */
export function Prometheus() {
  const block = useChangeBlock();
  const test = useMutation({
    mutationFn: async () => {
      const started = performance.now();
      const text = await (await fetchRoute('metrics')).text();
      const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
      return { series, ms: performance.now() - started };
    },
  });
  return (
    <Panel title={n.prometheus}>
      <div className="flex flex-col items-start gap-2 px-4 py-3">
        <p className="m-0">
          <a className="text-accent" href={urlOf('metrics')} target="_blank" rel="noreferrer">
            {n.metrics}
          </a>{' '}
          <span className="text-dim">{n.metricsHint}</span>
        </p>
        <Button disabledBecause={block ?? (test.isPending ? n.testing : null)} onPress={() => test.mutate()}>
          {n.metricsTest}
        </Button>
        {test.data && (
          <p role="status" className="m-0">
            <Status tone={test.data.series > 0 ? 'ok' : 'alarm'}>{n.metricsResult(test.data.series, test.data.ms)}</Status>
          </p>
        )}
        <Refusal error={test.error} />
      </div>
    </Panel>
  );
}
