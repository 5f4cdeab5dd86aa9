import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { addPointer, parseIni, pointerLine, pointerProblems, printIni, readPointers, setPointer, splitAddress } from './ini.ts';

const pair = { failoverAddress: '10.0.0.5:15411', monitoredAddress: '10.0.0.7' };
const read = (text: string): unknown => readPointers(parseIni(text)).map((one) => [one.failoverAddress, one.monitoredAddress]);

const word = fc.constantFrom(
  '[FailoverServer]', '[failoverserver] ', '[Other', 'Value=<a><b>', 'value = c;d', 'Value=', '; note', '# x', 'url=rtsp://h/a;b=c',
  '', ' ', '\t', '=', 'Value=<10.0.0.5:15411><10.0.0.7>', 'ü=é',
);
const newline = fc.constantFrom('\n', '\r\n', '\r', '');
const iniLike = fc
  .tuple(fc.constantFrom('', '\uFEFF', '\u00EF\u00BB\u00BF'), fc.array(fc.tuple(word, newline), { maxLength: 12 }))
  .map(([bom, lines]) => bom + lines.map(([text, end]) => text + end).join(''));
const address = fc.constantFrom('10.0.0.5', '10.0.0.5:15411', '[fe80::1]:15411', 'spare.example', 'h2');

/** Whether `after` is `before` with one run of characters put in, and nothing else. */
function isInsertion(before: string, after: string): boolean {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  return after.endsWith(before.slice(start)) && after.length >= before.length;
}

describe('lossless line model', () => {
  it('prints any text as it was', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), iniLike), (text) => printIni(parseIni(text)) === text), { numRuns: 2000 });
  });

  it('adding an entry changes nothing else, reads back, and a second time changes nothing', () => {
    fc.assert(
      fc.property(iniLike, address, address, (text, failoverAddress, monitoredAddress) => {
        const entry = { failoverAddress, monitoredAddress };
        const before = parseIni(text);
        const after = addPointer(before, entry);
        expect(readPointers(after)).toEqual(expect.arrayContaining([...readPointers(before)]));
        expect(read(printIni(after))).toContainEqual([failoverAddress, monitoredAddress]);
        expect(printIni(addPointer(after, entry))).toBe(printIni(after));
        expect(isInsertion(text, printIni(after))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('50 MB of foreign settings hold nobody up (B05)', () => {
    const text = `[Large]\n${`${'Setting'.padEnd(60, 'x')}=${'1'.repeat(39)}\n`.repeat(500_000)}`;
    const printed = printIni(setPointer(parseIni(text), pair));
    expect(printed.length).toBe(text.length + '[FailoverServer]\nValue=<10.0.0.5:15411><10.0.0.7>\n'.length);
    expect(read(printed)).toEqual([['10.0.0.5:15411', '10.0.0.7']]);
    // Not taken apart line by line: that took four seconds, in which an agent gave no life sign.
    expect(parseIni(printed).lines.length).toBeLessThan(10);
  });

  it('puts its line behind the last entry of the section', () => {
    const text = '\uFEFF; by hand\r\n[FailoverServer]\r\nValue=<a><b>\r\n\r\n[Cameras]\r\nurl=rtsp://h/x;y\r\nurl=rtsp://h/x;y\r\n';
    const added = addPointer(parseIni(text), pair);
    expect(printIni(added)).toBe(text.replace('Value=<a><b>\r\n', 'Value=<a><b>\r\nValue=<10.0.0.5:15411><10.0.0.7>\r\n'));
  });

  it('finishes an unfinished last line only when something follows it', () => {
    expect(printIni(addPointer(parseIni('[FailoverServer]\nValue=<a><b>'), pair))).toBe(
      '[FailoverServer]\nValue=<a><b>\nValue=<10.0.0.5:15411><10.0.0.7>',
    );
    expect(printIni(addPointer(parseIni('x=1'), pair))).toBe('x=1\r\n[FailoverServer]\r\nValue=<10.0.0.5:15411><10.0.0.7>\r\n');
    expect(printIni(addPointer(parseIni(''), pair))).toBe('[FailoverServer]\r\nValue=<10.0.0.5:15411><10.0.0.7>\r\n');
  });
});

describe('a failover server that moved to another port', () => {
  it('keeps its line, every other byte stays', () => {
    const text = '; a\r\n[FailoverServer]\r\nValue=<10.0.0.5:1><10.0.0.7> \r\nValue=<10.0.0.6:1><10.0.0.7>\r\nx=1\n';
    expect(printIni(setPointer(parseIni(text), pair))).toBe(text.replace('Value=<10.0.0.5:1><10.0.0.7> ', 'Value=<10.0.0.5:15411><10.0.0.7>'));
  });

  it('leaves no second line behind, and lines with other pairs alone', () => {
    const text = '[FailoverServer]\nValue=<10.0.0.5:1><10.0.0.7>\nValue=<10.0.0.5:2><10.0.0.7>\nValue=<10.0.0.5:3><10.0.0.7><a><b>\n';
    expect(read(printIni(setPointer(parseIni(text), pair)))).toEqual([['10.0.0.5:15411', '10.0.0.7'], ['10.0.0.5:3', '10.0.0.7'], ['a', 'b']]);
  });

  it('changes nothing the second time, whatever the file', () => {
    fc.assert(
      fc.property(iniLike, address, (text, failoverAddress) => {
        const once = setPointer(parseIni(text), { failoverAddress, monitoredAddress: 'm' });
        expect(printIni(setPointer(once, { failoverAddress, monitoredAddress: 'm' }))).toBe(printIni(once));
        expect(read(printIni(once))).toContainEqual([failoverAddress, 'm']);
      }),
    );
  });

  it('knows hosts and ports', () => {
    expect(['h', 'h:1', 'fe80::1', '[fe80::1]', '[fe80::1]:2'].map((text) => Object.values(splitAddress(text)))).toEqual([
      ['h', null], ['h', 1], ['fe80::1', null], ['fe80::1', null], ['fe80::1', 2],
    ]);
  });
});

describe('reading tolerantly', () => {
  it('knows the seed’s form and every separator', () => {
    expect(pointerLine(pair)).toBe('Value=<10.0.0.5:15411><10.0.0.7>');
    for (const value of ['<a><b>', '< a > <b>', '<a>;<b>', 'a;b', 'a,b', 'a|b', 'a\\b', 'a/b', 'a b', '"a" , "b"', 'a\tb;'])
      expect(read(`[FailoverServer]\nValue=${value}\n`), value).toEqual([['a', 'b']]);
  });

  it('reads several entries, numbered keys, repeated sections; ignores comments and other sections', () => {
    const text = [
      '[Other]', 'Value=<no><no>', '[FAILOVERSERVER]', ';Value=<no><no>', '#Value=<no><no>', 'VALUE=<a><b>', 'Value2=<c><d><e><f>',
      'Valued=<no><no>', 'Value=alone', 'Value=<a><b>', '[x]', '[FailoverServer]', 'value=<g>,<h>',
    ].join('\r\n');
    expect(read(text)).toEqual([['a', 'b'], ['c', 'd'], ['e', 'f'], ['g', 'h']]);
  });

  it('keeps ports and IPv6 addresses whole', () => {
    expect(read('[FailoverServer]\nValue=<[fe80::1]:15411><10.0.0.7:15410>')).toEqual([['[fe80::1]:15411', '10.0.0.7:15410']]);
  });
});

describe('a pointer that does not fit', () => {
  const problems = (text: string): unknown => pointerProblems(parseIni(text)).map(({ line, rule }) => [line, rule]);
  const pairs = 'Addresses come in pairs: <failover server><monitored server>.';
  const noAddress = (at: number): string => `Address ${at} is not an address (host, host:port, or [IPv6]:port).`;

  it.each([
    ['<not an address!!>', noAddress(1)],
    ['<10.0.0.5><not an address!!>', noAddress(2)],
    ['<10.0.0.5>', pairs],
    ['<10.0.0.5><10.0.0.7', pairs],
    ['<><10.0.0.7>', pairs],
    ['10.0.0.5;10.0.0.7;10.0.0.8', pairs],
    [`<${'x'.repeat(256)}><10.0.0.7>`, noAddress(1)],
  ])('%s is named with its line and rule, and points nowhere wrong', (value, rule) => {
    const text = `; note\r\n[Cameras]\r\nurl=a\r\nurl=b\r\n[FailoverServer]\r\nValue=<a><b>\r\nValue=${value}\r\n`;
    expect(problems(text)).toEqual([[7, rule]]);
    expect(readPointers(parseIni(text)).every(({ failoverAddress, monitoredAddress }) => /^[\w.]{1,20}$/.test(failoverAddress + monitoredAddress))).toBe(true);
  });

  it('is none of other sections, and what fits is none', () => {
    expect(problems('[Other]\nValue=<!!>\n[FailoverServer]\nValue=\nName=<!!>\nValue=<10.0.0.5:15411><[fe80::1%eth0]:1>\nvalue2=c;d\n')).toEqual([]);
  });
});
