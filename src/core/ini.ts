/**
 * The seed's parameter: a recorder finds its failover recordings through a line
 * `Value=<failover server address><monitored server address>` in section `[FailoverServer]` of
 * `SenseVideoManager.ini` or `DivaServer.ini`.
 *
 * The model is lossless, `printIni(parseIni(text)) === text` for any text: such a file belongs to
 * another program and to the person who wrote its comments; only our own line may change.
 */

export interface IniLine {
  readonly kind: 'section' | 'entry' | 'other';
  /** The line as written, without its end; of foreign sections all their lines at once. */
  readonly text: string;
  /** `\r\n`, `\n`, `\r`, or nothing on an unfinished last line. */
  readonly end: string;
  /** Section name or key, trimmed; empty for other lines. */
  readonly name: string;
  /** Everything behind the first `=`, trimmed; `;` does not begin a comment here (`rtsp://…;…`). */
  readonly value: string;
}

export interface Ini {
  /** A byte order mark, or nothing. */
  readonly bom: string;
  readonly lines: readonly IniLine[];
}

/** The second form is a UTF-8 mark in a text that was read byte by byte. */
const marks = ['\uFEFF', '\u00EF\u00BB\u00BF'];

/**
 * Only our own section is taken apart line by line; all between is one piece, because some of these files are
 * large (50 MB) and whoever reads them must go on with its life signs meanwhile.
 */
export function parseIni(text: string): Ini {
  const bom = marks.find((mark) => text.startsWith(mark)) ?? '';
  const body = text.slice(bom.length);
  const starts = [...body.matchAll(/(?:^|[\r\n])[^\S\r\n]*\[([^\]\r\n]*)/g)].map((match) => ({
    at: match.index + (/^[\r\n]/.test(match[0]) ? 1 : 0),
    name: (match[1] ?? '').trim(),
  }));
  const lines: IniLine[] = [];
  let foreign: { readonly at: number; readonly name: string | null } | null = { at: 0, name: null };
  const endForeign = (at: number): void => {
    if (foreign !== null && at > foreign.at) lines.push(foreignPart(body.slice(foreign.at, at), foreign.name));
    foreign = null;
  };
  starts.forEach(({ at, name }, index) => {
    if (!isOurs(name)) {
      if (foreign === null || foreign.name === null) endForeign(at);
      foreign ??= { at, name };
      return;
    }
    endForeign(at);
    lines.push(...linesOf(body.slice(at, starts[index + 1]?.at ?? body.length)));
  });
  endForeign(body.length);
  return { bom, lines };
}

function foreignPart(text: string, name: string | null): IniLine {
  const end = ['\r\n', '\n', '\r'].find((one) => text.endsWith(one)) ?? '';
  return { kind: name === null ? 'other' : 'section', text: text.slice(0, text.length - end.length), end, name: name ?? '', value: '' };
}

function linesOf(text: string): readonly IniLine[] {
  const lines: IniLine[] = [];
  for (const match of text.matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)) {
    const [whole, line = '', end = ''] = match;
    if (whole !== '') lines.push({ text: line, end, ...meaning(line) });
  }
  return lines;
}

export function printIni(ini: Ini): string {
  return ini.bom + ini.lines.map((line) => line.text + line.end).join('');
}

function meaning(line: string): Pick<IniLine, 'kind' | 'name' | 'value'> {
  const trimmed = line.trim();
  if (trimmed.startsWith(';') || trimmed.startsWith('#')) return { kind: 'other', name: '', value: '' };
  if (trimmed.startsWith('[')) {
    const close = trimmed.indexOf(']');
    return { kind: 'section', name: trimmed.slice(1, close < 0 ? undefined : close).trim(), value: '' };
  }
  const equals = trimmed.indexOf('=');
  if (equals < 0) return { kind: 'other', name: '', value: '' };
  return { kind: 'entry', name: trimmed.slice(0, equals).trim(), value: trimmed.slice(equals + 1).trim() };
}

/** Where failover recordings of one monitored server lie. Addresses are `host` or `host:port`. */
export interface FailoverPointer {
  readonly failoverAddress: string;
  readonly monitoredAddress: string;
}

const sectionName = 'FailoverServer';
const isOurs = (name: string): boolean => name.toLowerCase() === sectionName.toLowerCase();
const isSection = (line: IniLine): boolean => line.kind === 'section' && isOurs(line.name);

/** The literal line of the seed. */
export const pointerLine = (pointer: FailoverPointer): string =>
  `Value=<${pointer.failoverAddress}><${pointer.monitoredAddress}>`;

/** What each address of a pointer must be. */
export const isPointerAddress = (text: string): boolean => /^[A-Za-z0-9_.:[\]%-]{1,255}$/.test(text);
export const pointerAddressRule = 'not an address (host, host:port, or [IPv6]:port)';

/** Every pointer of every `[FailoverServer]` section, in order, each pair once; without what `pointerProblems` names. */
export function readPointers(ini: Ini): readonly FailoverPointer[] {
  const found: FailoverPointer[] = [];
  for (const at of pointerLines(ini))
    for (const pointer of pointersOf(ini.lines[at]?.value ?? ''))
      if (isPointerAddress(pointer.failoverAddress) && isPointerAddress(pointer.monitoredAddress) && !found.some((other) => same(other, pointer))) found.push(pointer);
  return found;
}

/** Why a line of the file (from 1) does not point, or not with all that it names. */
export interface PointerProblem {
  readonly line: number;
  readonly rule: string;
}

export function pointerProblems(ini: Ini): readonly PointerProblem[] {
  return pointerLines(ini).flatMap((at) => {
    const addresses = addressesOf(ini.lines[at]?.value ?? '');
    const wrong = addresses.findIndex((address) => !isPointerAddress(address));
    if (wrong >= 0) return [{ line: lineNumber(ini, at), rule: `Address ${wrong + 1} is ${pointerAddressRule}.` }];
    return addresses.length % 2 === 0 ? [] : [{ line: lineNumber(ini, at), rule: 'Addresses come in pairs: <failover server><monitored server>.' }];
  });
}

/** Where pointers stand in `ini.lines`. */
function pointerLines(ini: Ini): readonly number[] {
  let inside = false;
  return ini.lines.flatMap((line, at) => {
    if (line.kind === 'section') inside = isSection(line);
    return inside && isPointerLine(line) ? [at] : [];
  });
}

/** Counts the lines of what is kept in one piece too. */
const lineNumber = (ini: Ini, at: number): number =>
  ini.lines.slice(0, at).reduce((sum, { text, end }) => sum + (text.match(/\r\n|\n|\r/g)?.length ?? 0) + (end === '' ? 0 : 1), 1);

/** `Value`, and `Value1`, `Value2`: some readers of ini files refuse a key that comes twice. */
const isPointerLine = (line: IniLine): boolean => line.kind === 'entry' && /^value\d*$/i.test(line.name);

/** In angle brackets or parted by any of `; , | \ /` and space, quotes allowed. */
function addressesOf(value: string): readonly string[] {
  const bracketed = [...value.matchAll(/<([^<>]*)>/g)].map((match) => (match[1] ?? '').trim());
  const words = bracketed.length > 0 ? bracketed : value.replaceAll(/["']/g, '').split(/[;,|\\/\s]+/);
  return words.filter((word) => word !== '');
}

function pointersOf(value: string): readonly FailoverPointer[] {
  const addresses = addressesOf(value);
  const pairs: FailoverPointer[] = [];
  for (let at = 0; at + 1 < addresses.length; at += 2)
    pairs.push({ failoverAddress: addresses[at] ?? '', monitoredAddress: addresses[at + 1] ?? '' });
  return pairs;
}

const same = (a: FailoverPointer, b: FailoverPointer): boolean =>
  a.failoverAddress.toLowerCase() === b.failoverAddress.toLowerCase() &&
  a.monitoredAddress.toLowerCase() === b.monitoredAddress.toLowerCase();

/**
 * The file with our pointer in it. Unchanged if it is there in any spelling; else one line is added
 * behind the last entry of the section, or a section at the end, with the file's own line ends.
 */
export function addPointer(ini: Ini, pointer: FailoverPointer): Ini {
  if (readPointers(ini).some((other) => same(other, pointer))) return ini;
  const newline = lineEnd(ini);
  const added: IniLine = { kind: 'entry', text: pointerLine(pointer), end: newline, name: 'Value', value: '' };
  const behind = lastOfSection(ini);
  if (behind < 0) {
    const header: IniLine = { kind: 'section', text: `[${sectionName}]`, end: newline, name: sectionName, value: '' };
    return reparsed(ini, [...finished(ini.lines, newline), header, added]);
  }
  const before = ini.lines.slice(0, behind + 1);
  const after = ini.lines.slice(behind + 1);
  return reparsed(ini, [...finished(before, newline), after.length === 0 && unfinished(before) ? { ...added, end: '' } : added, ...after]);
}

/** `10.0.0.5` of `10.0.0.5:15411`, `fe80::1` of `[fe80::1]:15411`; the port is null if none is named. */
export function splitAddress(address: string): { readonly host: string; readonly port: number | null } {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(address);
  if (bracketed !== null) return { host: bracketed[1] ?? '', port: bracketed[2] === undefined ? null : Number(bracketed[2]) };
  const plain = /^([^:]*):(\d+)$/.exec(address);
  return plain === null ? { host: address, port: null } : { host: plain[1] ?? '', port: Number(plain[2]) };
}

/**
 * The file with our pointer in it. A pointer between the same hosts with another port is the same
 * failover server, moved: its line is replaced where it stands, so that no dead address stays behind.
 */
export function setPointer(ini: Ini, pointer: FailoverPointer): Ini {
  const isOld = (other: FailoverPointer): boolean =>
    !same(other, pointer) && sameHost(other.failoverAddress, pointer.failoverAddress) && sameHost(other.monitoredAddress, pointer.monitoredAddress);
  let placed = readPointers(ini).some((other) => same(other, pointer));
  let inside = false;
  const lines = ini.lines.flatMap((line) => {
    if (line.kind === 'section') inside = isSection(line);
    if (!inside || !isPointerLine(line)) return [line];
    const pairs = pointersOf(line.value);
    const [only] = pairs;
    // A line that carries other pairs too is somebody else's work.
    if (pairs.length !== 1 || only === undefined || !isOld(only)) return [line];
    if (placed) return [];
    placed = true;
    return [{ ...line, text: pointerLine(pointer) }];
  });
  return addPointer(reparsed(ini, lines), pointer);
}

const sameHost = (a: string, b: string): boolean => splitAddress(a).host.toLowerCase() === splitAddress(b).host.toLowerCase();

/** The file's own line end. A lone `\r` only if nothing else is used: before a `\n` it would melt into one end. */
const lineEnd = (ini: Ini): string =>
  ['\r\n', '\n', '\r'].find((end) => ini.lines.some((line) => line.end === end || line.text.includes(end))) ?? '\r\n';

const unfinished = (lines: readonly IniLine[]): boolean => lines.length > 0 && lines.at(-1)?.end === '';

/** The lines, the last one ended, so that another can follow. */
function finished(lines: readonly IniLine[], newline: string): readonly IniLine[] {
  const last = lines.at(-1);
  return last === undefined || last.end !== '' ? lines : [...lines.slice(0, -1), { ...last, end: newline }];
}

/** Index of the section's last entry (or of its header); -1 without such a section. */
function lastOfSection(ini: Ini): number {
  let inside = false;
  let found = -1;
  ini.lines.forEach((line, at) => {
    if (line.kind === 'section') inside = isSection(line);
    if (inside && line.kind !== 'other') found = at;
  });
  return found;
}

const reparsed = (ini: Ini, lines: readonly IniLine[]): Ini => parseIni(printIni({ bom: ini.bom, lines }));
