import { z } from 'zod';
import { settingsFile } from '../../contract/link.ts';

/** What one version consists of; sealed like every blob, because the document holds passwords. */
export const manifest = z.object({
  format: z.literal(1),
  serverId: z.string(),
  takenMs: z.number(),
  digest: z.string(),
  /** As fetched; parsed again at every use. */
  document: z.unknown(),
  files: z.array(settingsFile),
});
export type Manifest = z.infer<typeof manifest>;
