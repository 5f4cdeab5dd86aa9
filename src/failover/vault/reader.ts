import { errors, UnderstudyError } from '../../contract/errors.ts';
import { settingsDocument, type SettingsDocument } from '../../contract/settings.ts';
import type { BackupsNeeds, Refusal } from '../ports.ts';
import type { Manifest } from './manifest.ts';
import type { Place } from './place.ts';
import { refusal } from './refusal.ts';
import { isOtherKey } from './seal.ts';
import type { Shelf } from './shelf.ts';
import type { Version, Versions } from './versions.ts';

export type Opened =
  | { readonly ok: true; readonly document: SettingsDocument; readonly content: Manifest }
  /** `content` is there when only the document is not ours to understand. */
  | { readonly ok: false; readonly content: Manifest | null; readonly reason: Refusal };

export const asError = (reason: Refusal): UnderstudyError => new UnderstudyError(reason.code, reason.text);
export const missing = (): UnderstudyError => new UnderstudyError('input.not-found', 'There is no such version.', { field: 'version' });

export interface ReaderNeeds extends Pick<BackupsNeeds, 'audit' | 'alarm' | 'log'> {
  readonly versions: Versions;
  readonly shelf: Shelf;
  readonly place: Pick<Place, 'why'>;
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

  /** Damage marks the version until it proves whole; a missing disk or key does not. */
  async open(version: Version): Promise<Opened> {
    const { shelf, versions, nowMs, verified } = this.#needs;
    let content: Manifest;
    try {
      content = await shelf.manifest(version.manifest);
      await shelf.verify(content.files);
    } catch (error) {
      return { ok: false, content: null, reason: await this.#unreadable(version, error) };
    }
    this.#noted(() => {
      versions.verified(version, nowMs());
      verified(version.serverId);
      if (version.state === 'corrupt') this.#whole(version);
    });
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
    const { versions, place, audit, alarm } = this.#needs;
    const reason = refusal(error);
    if (reason.code !== 'backup.corrupt' || isOtherKey(error)) return reason;
    const away = await place.why();
    if (away !== null) return away;
    const { state } = this.get(version.serverId, version.version);
    if (state === 'corrupt') return reason; // by another reader meanwhile
    const text = `Settings backup ${version.version} is damaged: ${reason.text} The one before is used.`;
    if (!this.#noted(() => versions.condemn(version, { code: 'backup.corrupt', text }))) return { code: 'backup.corrupt', text };
    audit({ severity: 'alarm', kind: 'backup', serverId: version.serverId, actor: 'system', from: state, to: 'corrupt', reason, text });
    alarm({ code: 'backup.corrupt', serverId: version.serverId, text, on: true });
    this.#needs.changed(version.serverId);
    return { code: 'backup.corrupt', text };
  }

  /** A database that takes nothing must not keep from use what can be read, nor the version before a damaged one. */
  #noted(write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      this.#needs.log.warn({ error: String(error) }, 'what was found of a settings backup cannot be written down; free space on the disk of the data folder');
      return false;
    }
  }

  /** A disk that was away for a moment, a folder that was brought back: what was damaged is there. */
  #whole(version: Version): void {
    const { versions, audit, alarm } = this.#needs;
    const { serverId } = version;
    if (versions.get(serverId, version.version)?.state !== 'corrupt') return;
    const state = versions.acquit(version);
    audit({ severity: 'info', kind: 'backup', serverId, actor: 'system', from: 'corrupt', to: state, text: `Settings backup ${version.version} is whole after all: every byte of it was read.` });
    const all = versions.list(serverId);
    const newestGood = all.find((one) => one.state === 'good')?.version ?? 0;
    if (!all.some((one) => one.state === 'corrupt' && one.version > newestGood)) alarm({ code: 'backup.corrupt', serverId, text: '', on: false });
    this.#needs.changed(serverId);
  }
}
