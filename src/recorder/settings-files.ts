/** The settings as files on disk: what is in force, its digest, replacing it, the ini pointer. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { SettingsFile } from '../contract/link.ts';
import { UnderstudyError } from '../contract/errors.ts';
import type { SettingsDocument } from '../contract/settings.ts';
import { type FailoverPointer, type Ini, isPointerAddress, parseIni, pointerAddressRule, pointerLine, pointerProblems, printIni, readPointers, setPointer } from '../core/ini.ts';
import { writeDurably } from '../platform/durable-file.ts';
import { readBytesIfThere } from '../platform/read-bytes.ts';
import { iniNames, recorderFolder, settingsFileNames, settingsName } from './folder.ts';
import { emptySettings, issuesText, printSettings, readSettings, type SettingsIssue, settingsError } from './settings.ts';
import { makeFolder } from '../platform/make-folder.ts';

export interface SettingsInForce {
  readonly document: SettingsDocument;
  readonly digest: string;
  readonly files: readonly { readonly file: SettingsFile; readonly body: Uint8Array }[];
  readonly pointers: readonly FailoverPointer[];
  /** There were no settings yet; these are the empty ones. */
  readonly fresh: boolean;
  /** Why `settings.json` is not what is in force; null when it is. */
  readonly problem: SettingsProblem | null;
  /** What of the ini's pointers does not fit and is left out; null when all do. */
  readonly pointerProblem: SettingsProblem | null;
}

export interface SettingsProblem {
  readonly code: string;
  readonly text: string;
  readonly issues: readonly SettingsIssue[];
}

/**
 * Reads the folder. A broken or missing `settings.json` leaves the last good one in force; without
 * one, a missing file gives empty settings and a broken one is an error naming field and rule.
 */
export async function loadSettings(root: string): Promise<SettingsInForce> {
  const folder = recorderFolder(root);
  const chosen = await choose(folder.settings, folder.lastGood);
  const bodies: [string, Uint8Array][] = [[settingsName, chosen.body]];
  const pointers: FailoverPointer[] = [];
  const issues: SettingsIssue[] = [];
  for (const name of iniNames) {
    const body = await readBytesIfThere(join(root, name));
    if (body === null) continue;
    bodies.push([name, body]);
    const ini = parseIni(decodeIni(body).text);
    pointers.push(...readPointers(ini));
    issues.push(...pointerIssues(name, ini));
  }
  const files = bodies.map(([path, body]) => ({ file: { path, bytes: body.length, sha256: sha256(body) }, body }));
  const digest = sha256(JSON.stringify(files.map(({ file }) => [file.path, file.sha256])));
  return { document: chosen.document, digest, files, pointers, fresh: chosen.fresh, problem: chosen.problem, pointerProblem: pointerProblem(issues) };
}

const pointerIssues = (name: string, ini: Ini): readonly SettingsIssue[] => pointerProblems(ini).map(({ line, rule }) => ({ field: `${name} line ${line}`, rule }));

function pointerProblem(issues: readonly SettingsIssue[]): SettingsProblem | null {
  if (issues.length === 0) return null;
  return { code: 'input.invalid', text: `${issuesText(issues)} What does not fit is left out: failover recordings are not looked for there.`, issues };
}

type Chosen = Pick<SettingsInForce, 'document' | 'problem' | 'fresh'> & { readonly body: Uint8Array };

async function choose(path: string, lastGoodPath: string): Promise<Chosen> {
  const body = await readBytesIfThere(path);
  const read = body === null ? null : readSettings(body);
  if (body !== null && read?.ok === true) return { document: read.document, body, fresh: false, problem: null };
  const lastGood = await readBytesIfThere(lastGoodPath);
  const kept = lastGood === null ? null : readSettings(lastGood);
  if (lastGood === null || kept?.ok !== true) {
    if (read?.ok === false) throw settingsError(path, read);
    const document = emptySettings(hostname());
    return { document, body: Buffer.from(printSettings(document)), fresh: true, problem: null };
  }
  const issues = read?.ok === false ? read.issues : [{ field: settingsName, rule: 'The file is missing.' }];
  const code = read?.ok === false ? read.code : 'input.not-found';
  const text = `${path} cannot be used: ${issuesText(issues)} The last good settings stay in force.`;
  return { document: kept.document, body: lastGood, fresh: false, problem: { code, text, issues } };
}

/** Keeps what is in force as the last good settings, so that a broken edit cannot end recording. */
export async function rememberGood(root: string, settings: SettingsInForce): Promise<void> {
  const body = settings.files.find(({ file }) => file.path === settingsName)?.body;
  const { lastGood } = recorderFolder(root);
  if (settings.problem !== null || body === undefined) return;
  const before = await readBytesIfThere(lastGood);
  if (before === null || !before.equals(body)) await writeDurably(lastGood, body);
}

/** Writes the document as `settings.json`, as a whole or not at all. */
export async function saveDocument(root: string, document: SettingsDocument): Promise<void> {
  const text = printSettings(document);
  const read = readSettings(text);
  if (!read.ok) throw settingsError(settingsName, read);
  await makeFolder(root, 0o700);
  await writeDurably(recorderFolder(root).settings, text);
}

/**
 * Replaces the settings by these files, each as a whole. Everything is checked before anything is
 * written: names, lengths, checksums, and that `settings.json` is there and valid.
 */
export async function replaceSettings(
  root: string,
  files: readonly { readonly file: SettingsFile; readonly body: Uint8Array }[],
): Promise<void> {
  for (const { file, body } of files) {
    if (!settingsFileNames.includes(file.path))
      throw new UnderstudyError('input.invalid', `"${basename(file.path)}" is not a settings file of the built-in recorder; nothing was written.`, {
        field: 'files.path',
        advice: `Allowed are ${settingsFileNames.join(', ')}, without a folder.`,
      });
    if (body.length !== file.bytes || sha256(body) !== file.sha256)
      throw new UnderstudyError('input.invalid', `${file.path} did not arrive whole (length or checksum differ); nothing was written.`, {
        field: 'files.sha256',
        advice: 'Send it again.',
      });
  }
  const settings = files.find(({ file }) => file.path === settingsName);
  if (settings === undefined)
    throw new UnderstudyError('input.invalid', `${settingsName} is missing among the files; nothing was written.`, { field: 'files' });
  const read = readSettings(settings.body);
  if (!read.ok) throw settingsError(settingsName, read);
  // New hardware takes what its predecessor ran with, and tells what does not fit as that one did.
  if (!(await isUnused(root))) for (const { file, body } of files) if (file.path !== settingsName) await refuseWrongPointers(root, file.path, body);
  await makeFolder(root, 0o700);
  // settings.json last: who watches the folder then finds the others in place already.
  for (const { file, body } of files.toSorted((a, b) => Number(a.file.path === settingsName) - Number(b.file.path === settingsName)))
    await writeDurably(join(root, file.path), body);
}

async function isUnused(root: string): Promise<boolean> {
  const body = await readBytesIfThere(recorderFolder(root).settings);
  const read = body === null ? null : readSettings(body);
  return read === null || (read.ok && read.document.cameras.length === 0);
}

/** A file that is there just so already changes nothing: for its sake a roll back of the cameras is not refused. */
async function refuseWrongPointers(root: string, name: string, body: Uint8Array): Promise<void> {
  const [issue] = pointerIssues(name, parseIni(decodeIni(Buffer.from(body)).text));
  if (issue === undefined || (await readBytesIfThere(join(root, name)))?.equals(body) === true) return;
  throw new UnderstudyError('input.invalid', `${issuesText([issue])} Nothing was written.`, { field: issue.field, advice: `Correct this line of ${name}, or take a version of the settings without it.` });
}

/** Puts the seed's line into the folder's ini (made if there is none), every other byte as it was. */
export async function writePointer(root: string, pointer: FailoverPointer): Promise<{ readonly file: string; readonly line: string; readonly changed: boolean }> {
  for (const [field, value] of Object.entries(pointer))
    if (!isPointerAddress(value)) throw new UnderstudyError('input.invalid', `${field} is ${pointerAddressRule}.`, { field });
  await makeFolder(root, 0o700);
  const bodies = await Promise.all(iniNames.map((name) => readBytesIfThere(join(root, name))));
  const at = Math.max(0, bodies.findIndex((body) => body !== null));
  const path = join(root, iniNames[at] ?? iniNames[0]);
  const before = decodeIni(bodies[at] ?? Buffer.alloc(0));
  const text = printIni(setPointer(parseIni(before.text), pointer));
  const changed = text !== before.text;
  if (changed) await writeDurably(path, Buffer.from(text, before.encoding), await rightsOf(path));
  return { file: path, line: pointerLine(pointer), changed };
}

/** Of an ini that is there: somebody may have closed it to others. Of a new one: other programs read it. */
async function rightsOf(path: string): Promise<number> {
  const there = await stat(path).catch(() => null); // whatever the reason: it is made anew
  return there === null || there.uid !== process.getuid?.() ? 0o644 : there.mode & 0o777;
}

/** Windows writes UTF-16 too; all else is read byte by byte, so that every byte comes back as it was. */
function decodeIni(body: Buffer): { readonly text: string; readonly encoding: 'utf16le' | 'latin1' } {
  const encoding = body[0] === 0xff && body[1] === 0xfe && body.length % 2 === 0 ? 'utf16le' : 'latin1';
  return { text: body.toString(encoding), encoding };
}

/** Footage lies here; a relative store path is meant from the settings folder. */
export const storeRoot = (root: string, document: SettingsDocument): string => resolve(root, document.storePath);

export const sha256 = (body: Uint8Array | string): string => createHash('sha256').update(body).digest('hex');
