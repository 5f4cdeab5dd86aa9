import type { BackupContent, BackupVersion, Difference } from '../../contract/api/backups.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { BackupsNeeds } from '../ports.ts';
import { differences } from './difference.ts';
import { asError, missing, type Reader } from './reader.ts';
import { sealedDownload } from './sealed-download.ts';
import type { Versions } from './versions.ts';
import { backupContent } from './view.ts';

export interface ByHandNeeds extends Pick<BackupsNeeds, 'isTakenOver' | 'link' | 'audit' | 'random' | 'changed'> {
  readonly versions: Pick<Versions, 'list' | 'accept' | 'drop'>;
  readonly reader: Reader;
  /** As it is told; undefined: there is none. */
  readonly row: (serverId: string, version: number) => BackupVersion | undefined;
  /** What is in force after a roll back is a version of its own. */
  readonly backup: (serverId: string) => Promise<unknown>;
  /** A version became good: alarms of its server end. */
  readonly accepted: (serverId: string) => void;
  readonly unneeded: (blobs: readonly string[]) => Promise<void>;
}

/** What a person does with single versions: look, compare, confirm, roll back, download, delete. */
export class ByHand {
  readonly #needs: ByHandNeeds;

  constructor(needs: ByHandNeeds) {
    this.#needs = needs;
  }

  async content(serverId: string, version: number): Promise<BackupContent> {
    const row = this.#row(serverId, version);
    const { document, content } = await this.#needs.reader.usable(serverId, version);
    return backupContent(row, document, content);
  }

  async difference(serverId: string, from: number, to: number): Promise<Difference[]> {
    const { reader } = this.#needs;
    const [before, after] = [await reader.usable(serverId, from), await reader.usable(serverId, to)];
    return differences({ document: before.document, files: before.content.files }, { document: after.document, files: after.content.files });
  }

  /** A held version becomes the one that a take-over uses if no newer good one exists. */
  async accept(serverId: string, version: number, who: string): Promise<BackupVersion> {
    const { reader, versions, audit, accepted } = this.#needs;
    const held = reader.get(serverId, version);
    if (held.state !== 'held') throw new UnderstudyError('input.conflict', 'This version does not wait for confirmation.');
    this.#refuseTakenOver(serverId, 'cameras');
    await reader.usable(serverId, version);
    versions.accept(held);
    audit({ severity: 'info', kind: 'backup', serverId, actor: who, from: 'held', to: 'good', text: `Settings backup ${version} was confirmed; it may be used now.` });
    accepted(serverId);
    return this.#row(serverId, version);
  }

  /** Writes this version's files into the recorder, which goes on with them. */
  async rollBack(serverId: string, version: number, who: string): Promise<void> {
    this.#refuseTakenOver(serverId, 'settings');
    await this.put(serverId, version, who);
    await this.#needs.backup(serverId);
  }

  /** As `rollBack`, also while the server is taken over; nothing is backed up behind it. */
  async put(serverId: string, version: number, who: string): Promise<void> {
    const { reader, link, audit } = this.#needs;
    const { content } = await reader.usable(serverId, version);
    const answer = await link.bulk(serverId, 'settings.put', { files: content.files }, reader.bodies(content));
    for await (const _ of answer.body) continue; // the answer has no body; reading it ends the transfer
    audit({ severity: 'warning', kind: 'backup', serverId, actor: who, text: `The settings were rolled back to version ${version} of ${new Date(content.takenMs).toISOString()}.` });
  }

  /** Sealed with a passphrase, because the settings hold passwords (I11). */
  async download(serverId: string, version: number, passphrase: string, who: string): Promise<AsyncIterable<Uint8Array>> {
    const { reader, audit, random } = this.#needs;
    const opened = await reader.open(reader.get(serverId, version));
    if (!opened.ok && opened.content === null) throw asError(opened.reason);
    const content = opened.content;
    if (content === null) throw missing();
    audit({ severity: 'warning', kind: 'backup', serverId, actor: who, text: `Settings backup ${version} was downloaded, sealed with a passphrase.` });
    return sealedDownload(content, reader.bodies(content), passphrase, random);
  }

  async remove(serverId: string, version: number, who: string): Promise<void> {
    const { reader, versions, audit, changed, unneeded } = this.#needs;
    const row = reader.get(serverId, version);
    if (versions.list(serverId).find((one) => one.state === 'good')?.version === row.version)
      throw new UnderstudyError('input.conflict', 'This is the newest good version; it is never deleted.');
    const blobs = versions.drop(serverId, [version]);
    audit({ severity: 'warning', kind: 'backup', serverId, actor: who, text: `Settings backup ${version} was deleted.` });
    changed(serverId);
    await unneeded(blobs);
  }

  #row(serverId: string, version: number): BackupVersion {
    const row = this.#needs.row(serverId, version);
    if (row === undefined) throw missing();
    return row;
  }

  #refuseTakenOver(serverId: string, what: 'cameras' | 'settings'): void {
    if (this.#needs.isTakenOver(serverId)) throw new UnderstudyError('role.taken-over', `The server is taken over; its ${what} cannot be changed now.`, { advice: 'Restore it first.' });
  }
}
