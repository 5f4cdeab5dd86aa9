import { errors, UnderstudyError } from '../../contract/errors.ts';
import { settingsDocument, type SettingsDocument } from '../../contract/settings.ts';
import type { BlobFolder } from '../../platform/blob-folder.ts';
import type { BackupsNeeds, Refusal } from '../ports.ts';
import type { Manifest } from './manifest.ts';
import { isOtherKey } from './seal.ts';
import type { Shelf } from './shelf.ts';
import type { Version, Versions } from './versions.ts';

export type Opened =
  | { readonly ok: true; readonly document: SettingsDocument; readonly content: Manifest }
  /** `content` is there when only the document is not ours to understand. */
  | { readonly ok: false; readonly content: Manifest | null; readonly reason: Refusal };

export const refusal = (error: unknown): Refusal =>
  error instanceof UnderstudyError ? { code: error.code, text: error.message } : { code: 'process.defect', text: errors['process.defect'].text };
export const asError = (reason: Refusal): UnderstudyError => new UnderstudyError(reason.code, reason.text);
export const missing = (): UnderstudyError => new UnderstudyError('input.not-found', 'There is no such version.', { field: 'version' });

export interface ReaderNeeds extends Pick<BackupsNeeds, 'audit' | 'alarm'> {
  readonly versions: Versions;
  readonly shelf: Shelf;
  readonly blobs: Pick<BlobFolder, 'present'>;
  readonly nowMs: () => number;
  /** Only when its state changed: whoever hears of it reads the backup again. */
  readonly changed: (serverId: string) => void;
  /** It was verified just now; what is known of it in memory is old. */
  readonly verified: (serverId: string) => void;
}

/** Reads versions, every byte of them, before anybody believes them. */
export class Reader {
  readonly #needs: ReaderNeeds;

  constructor(needs: ReaderNeeds) {
    this.#needs = needs;
  }

  get(serverId: string, version: number): Version {
    const found = this.#needs.versions.get(serverId, version);
    if (found === null) throw missing();
    return found;
  }

  /** Damage marks the version, once and for all; a missing disk or key does not. */
  async open(version: Version): Promise<Opened> {
    const { shelf, versions, nowMs, verified } = this.#needs;
    let content: Manifest;
    try {
      content = await shelf.manifest(version.manifest);
      await shelf.verify(content.files);
    } catch (error) {
      return { ok: false, content: null, reason: await this.#unreadable(version, error) };
    }
    versions.verified(version, nowMs());
    verified(version.serverId);
    const document = settingsDocument.safeParse(content.document);
    if (document.success) return { ok: true, document: document.data, content };
    return { ok: false, content, reason: version.reason ?? { code: 'input.schema-newer', text: errors['input.schema-newer'].text } };
  }

  async usable(serverId: string, version: number): Promise<{ readonly document: SettingsDocument; readonly content: Manifest }> {
    const opened = await this.open(this.get(serverId, version));
    if (!opened.ok) throw asError(opened.reason);
    return opened;
  }

  async *bodies(content: Manifest): AsyncIterable<Uint8Array> {
    for (const file of content.files) yield* this.#needs.shelf.file(file);
  }

  async #unreadable(version: Version, error: unknown): Promise<Refusal> {
    const { versions, blobs, audit, alarm } = this.#needs;
    const reason = refusal(error);
    if (reason.code !== 'backup.corrupt' || isOtherKey(error)) return reason;
    if (!(await blobs.present())) return { code: 'store.missing', text: 'The backup directory is not there, or was never written (its marker file is missing).' };
    if (version.state === 'corrupt') return reason;
    const text = `Settings backup ${version.version} is damaged: ${reason.text} The one before is used.`;
    versions.setState(version, 'corrupt', { code: 'backup.corrupt', text });
    audit({ severity: 'alarm', kind: 'backup', serverId: version.serverId, actor: 'system', from: version.state, to: 'corrupt', reason, text });
    alarm({ code: 'backup.corrupt', serverId: version.serverId, text, on: true });
    this.#needs.changed(version.serverId);
    return { code: 'backup.corrupt', text };
  }
}
