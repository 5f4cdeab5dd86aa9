/** Pure: may a fetched backup be used, or must a person look first? */
import { z } from 'zod';
import { settingsDocument, settingsSchemaVersion, type SettingsDocument } from '../../contract/settings.ts';
import type { Refusal } from '../ports.ts';

export type Judgement =
  | { readonly state: 'good'; readonly document: SettingsDocument; readonly reason: null }
  | { readonly state: 'held'; readonly document: SettingsDocument; readonly reason: Refusal }
  /** Kept, but unusable to us; told before it is needed. */
  | { readonly state: 'newer schema'; readonly document: null; readonly reason: Refusal }
  /** No settings document at all: the attempt failed, nothing is kept. */
  | { readonly state: 'refused'; readonly document: null; readonly reason: Refusal };

/** A backup that lost more of the last good one's cameras than this waits for a person. */
const mostLost = 0.3;

const schemaOnly = z.object({ schema: z.int() });
const active = (document: SettingsDocument): ReadonlySet<string> => new Set(document.cameras.filter((camera) => camera.enabled).map((camera) => camera.id));

export function judgeBackup(raw: unknown, lastGood: SettingsDocument | null): Judgement {
  const schema = schemaOnly.safeParse(raw);
  if (schema.success && schema.data.schema > settingsSchemaVersion)
    return {
      state: 'newer schema',
      document: null,
      reason: { code: 'input.schema-newer', text: `The settings are of schema ${schema.data.schema}; this failover server understands up to ${settingsSchemaVersion}. Update it, else this server cannot be taken over.` },
    };
  const parsed = settingsDocument.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    // The rule and the field, never the value: it may be a password.
    return { state: 'refused', document: null, reason: { code: 'link.protocol', text: `The settings do not fit: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown'}` } };
  }
  const document = parsed.data;
  const reason = suspicion(document, lastGood);
  return reason === null ? { state: 'good', document, reason } : { state: 'held', document, reason: { code: 'backup.suspicious', text: reason } };
}

function suspicion(document: SettingsDocument, lastGood: SettingsDocument | null): string | null {
  const now = active(document);
  if (now.size === 0) return 'There is no camera in the settings.';
  if (lastGood === null) return null;
  const before = active(lastGood);
  const lost = [...before].filter((id) => !now.has(id)).length;
  if (lost <= before.size * mostLost) return null;
  return `${lost} of ${before.size} cameras are no longer there.`;
}
