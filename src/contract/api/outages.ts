/** Outages, with or without a take-over, and their reports: measured, not claimed. */
import { z } from 'zod';
import { idRule } from '../settings.ts';
import { atMs, durationMs, queryFlag, queryInt, reason, span } from './common.ts';
import { footageGap, footageSpan } from './footage.ts';
import { route } from './route.ts';

export const outage = z.strictObject({
  id: z.string(),
  serverId: z.string(),
  serverName: z.string(),
  trigger: reason,
  /** First loss; the failover server's clock. */
  startedMs: atMs,
  endedMs: atMs.nullable(),
  takenOver: z.boolean(),
  decidedMs: atMs.nullable(),
  restoredMs: atMs.nullable(),
  cameras: z.int().nonnegative(),
  /** Sum and worst of all gaps; null while not measured yet. */
  gapMs: durationMs.nullable(),
  worstGapMs: durationMs.nullable(),
  standby: z.enum(['cold', 'hot', 'mixed']),
});
export type Outage = z.infer<typeof outage>;

export const outageReport = outage.extend({
  /** `final`: both hosts answered exactly. `preliminary`: `missing` says what is not known yet; `closed`: what never will be. */
  state: z.enum(['open', 'preliminary', 'final', 'closed']),
  missing: z.array(reason),
  span,
  steps: z.array(z.strictObject({ atMs, from: z.string(), to: z.string(), text: z.string() })),
  perCamera: z.array(
    z.strictObject({
      cameraId: z.string(),
      name: z.string(),
      spans: z.array(footageSpan),
      gaps: z.array(footageGap.extend({ gapMs: z.number() })),
      /** Without the stretches of which nobody can tell whether there is footage (`unreachable`): those are `unknownMs`. */
      gapMs: z.number(),
      unknownMs: z.number().default(0),
      firstFrameAfterDecisionMs: z.number().nullable(),
    }),
  ),
  /** Promised = kept + gaps; what is unknown is in none of them. */
  totals: z.strictObject({ promisedMs: z.number(), keptMs: z.number(), gapMs: z.number(), unknownMs: z.number().default(0) }),
});
export type OutageReport = z.infer<typeof outageReport>;

const params = z.strictObject({ outage: z.string().min(1).max(100) });
const tag = 'Outages';

export const outageRoutes = {
  'outages.list': route('GET /outages', {
    tag,
    summary: 'Outages, newest first',
    query: z.strictObject({ server: idRule.optional(), open: queryFlag.optional(), limit: queryInt.min(1).max(1000).default(100), beforeMs: queryInt.optional() }),
    response: z.array(outage),
  }),
  'outages.get': route('GET /outages/:outage', { tag, summary: 'The report of one outage', params, response: outageReport, errors: ['input.not-found'] }),
  'outages.page': route('GET /outages/:outage/page', { tag, summary: 'The report as a page to print', params, answer: 'html', errors: ['input.not-found'] }),
};
