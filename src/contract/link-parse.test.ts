import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UnderstudyError } from './errors.ts';
import { methods } from './link.ts';
import { chooseVersion, parseLinkMessage } from './link-parse.ts';

const sign = { server: 'rec-1', instance: 'i', agentBoot: 'a', boot: 'b', seq: 7, wallMs: 1.5 };
const camera = { id: 'c1', newestUs: 1, sinceUs: null, durableUs: null, state: 'streaming' };
const progress = { cameras: [camera], bytesWritten: 3, disk: { state: 'ok', freeBytes: 9, text: '' }, settingsDigest: 'd' };
const samples = [
  { type: 'hello', version: 1, oldestVersion: 1, purpose: 'link', from: 'f', name: 'Failover', keepAliveMs: 1000 },
  { type: 'welcome', version: 1, ...sign, phase: 'running', name: 'n', make: 'm', makeVersion: '1' },
  { type: 'refused', code: 'link.other-protector', text: 't', holder: 'h' },
  { type: 'startup', ...sign },
  { type: 'keep-alive', ...sign, phase: 'running', progress },
  { type: 'beat', base: 6, seq: 7, wallMs: 1.5, newestUs: [1], durableUs: [-1], bytesWritten: 3, freeBytes: 9 },
  { type: 'normal shutdown', ...sign, reason: 'update' },
  { type: 'abnormal shutdown', ...sign, code: null, signal: 'SIGKILL', restartInMs: 1000 },
  { type: 'agent exit', ...sign, recorderGoesOn: true },
  { type: 'request', id: 1, method: 'settings.get', params: {} },
  { type: 'response', id: 1, ok: true, result: {} },
  { type: 'response', id: 1, ok: false, error: { code: 'x', text: 'y' } },
  { type: 'end', id: 1, bytes: 5 },
  { type: 'ping', id: 1 },
  { type: 'pong', id: 1, wallMs: 5 },
];

const refusal = (text: string): UnderstudyError => {
  try {
    parseLinkMessage(text);
  } catch (error) {
    if (error instanceof UnderstudyError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
};

describe('messages of the link', () => {
  test.each(samples)('$type is read, and unknown keys are ignored', (message) => {
    const plain = parseLinkMessage(JSON.stringify(message));
    expect(plain.type).toBe(message.type);
    fc.assert(
      fc.property(fc.dictionary(fc.string().map((key) => `x-${key}`), fc.jsonValue()), (more) => {
        expect(parseLinkMessage(JSON.stringify({ ...more, ...message }))).toMatchObject(plain);
      }),
      { numRuns: 25 },
    );
  });

  test.each(samples)('$type without any one of its fields is refused or was optional, never misread', (message) => {
    const optional = ['keepAliveMs', 'holder'];
    for (const key of Object.keys(message).filter((one) => one !== 'type' && !optional.includes(one))) {
      const { [key as 'type']: _dropped, ...rest } = message;
      // A result may be anything, also missing: the method's own schema checks it.
      if (message.type === 'response' && key === 'result') continue;
      if (message.type === 'request' && key === 'params') continue;
      const error = refusal(JSON.stringify(rest));
      expect(error.code).toBe('link.protocol');
      expect(error.field).toBe(key);
    }
  });

  test('whatever comes, the answer is a message or link.protocol', () => {
    const types = [...samples.map((one) => one.type), '__proto__', 'toString', 'x'];
    const garbage = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({ type: fc.constantFrom(...types), seq: fc.jsonValue(), id: fc.jsonValue(), server: fc.jsonValue() }).map((one) => JSON.stringify(one)),
    );
    fc.assert(
      fc.property(garbage, (text) => {
        try {
          expect(types).toContain(parseLinkMessage(text).type);
        } catch (error) {
          expect(error).toMatchObject({ code: 'link.protocol' });
        }
      }),
      { numRuns: 500 },
    );
  });

  test('ids that become folder names, and names that are printed, are plain', () => {
    expect(refusal(JSON.stringify({ ...samples[1], server: '../up' })).field).toBe('server');
    expect(refusal(JSON.stringify({ ...samples[0], name: 'red\u001b[31m' })).field).toBe('name');
    const span = { fromUs: 0, toUs: 1 };
    expect(methods['footage.read'].params.safeParse({ serverId: 'rec-1', cameraId: '../../etc', span }).success).toBe(false);
    expect(methods['footage.read'].params.safeParse({ serverId: 'rec-1', cameraId: 'front', span }).success).toBe(true);
  });

  test('bytes are no message', () => {
    expect(() => parseLinkMessage(new Uint8Array([123, 125]))).toThrow(/Bytes/);
  });

  test('numbers that JSON cannot hold honestly, and negative counts, are refused', () => {
    expect(refusal(JSON.stringify({ ...samples[3], seq: 0 })).field).toBe('seq');
    expect(refusal(JSON.stringify({ ...samples[3], seq: 1.5 })).field).toBe('seq');
    expect(refusal(JSON.stringify({ ...samples[3], seq: 1e300 })).field).toBe('seq');
    expect(refusal(JSON.stringify({ ...samples[4], progress: { ...progress, bytesWritten: -1 } })).field).toBe('progress.bytesWritten');
  });
});

describe('version of the link', () => {
  test('the newer side steps back to the older; without a common one there is none', () => {
    expect(chooseVersion({ version: 2, oldestVersion: 1 })).toBe(2);
    expect(chooseVersion({ version: 1, oldestVersion: 1 })).toBe(1);
    expect(chooseVersion({ version: 3, oldestVersion: 2 })).toBe(2);
    expect(chooseVersion({ version: 4, oldestVersion: 3 })).toBe(null);
    expect(chooseVersion({ version: 0, oldestVersion: 0 })).toBe(null);
  });
});
