import { describe, expect, test } from 'vitest';
import { cameraDocument, rtspUrlRule, settingsDocument } from './settings.ts';

describe('addresses of cameras', () => {
  test.each(['rtsp://10.0.0.21/stream1', 'rtsp://camera.local:554/ch1?stream=main&x=1', 'rtsp://[fd00::21]:8554/live', 'rtsp://10.0.0.21'])('%s is one', (url) => {
    expect(rtspUrlRule.safeParse(url).success).toBe(true);
  });

  test.each([
    ['no port behind the colon', 'rtsp://10.0.0.21:/live'],
    ['port 0', 'rtsp://10.0.0.21:0/live'],
    ['port beyond 65535', 'rtsp://10.0.0.21:70000/live'],
    ['a name in it', 'rtsp://admin@10.0.0.21/live'],
    ['a password in it', 'rtsp://admin:secret@10.0.0.21/live'],
    ['a password that hides its end', 'rtsp://admin:12#34@10.0.0.21/live'],
    ['a line break, which would be a header of its own', 'rtsp://10.0.0.21/live\r\nX: y'],
    ['a blank', 'rtsp://10.0.0.21/live 1'],
    ['another scheme', 'http://10.0.0.21/live'],
    ['no host', 'rtsp:///live'],
    ['no address', 'camera 1'],
    ['a line end in it', 'rtsp://127.0.0.1:6379/x\r\nFLUSHALL\r\n'],
    ['a tab in it', 'rtsp://10.0.0.21/li\tve'],
    ['a list', ['rtsp://10.0.0.21/live']],
  ])('%s is refused', (_, url) => {
    expect(rtspUrlRule.safeParse(url).success).toBe(false);
  });
});

const camera = { id: 'gate', name: 'Gate', url: 'rtsp://10.0.0.21/live' };
const document = { schema: 1, name: 'North', storePath: '/srv/footage', retention: { days: 30 }, cameras: [camera] };

describe('the settings document', () => {
  test('what is left out has its default: no audio (law), last in priority', () => {
    expect(settingsDocument.parse(document).cameras[0]).toEqual({ ...cameraDocument.parse(camera), audio: false, priority: 100, transport: 'auto', enabled: true });
  });

  test.each([
    ['an id used twice', { cameras: [camera, camera] }, 'cameras.1.id'],
    ['an id that is no folder name', { cameras: [{ ...camera, id: '../gate' }] }, 'cameras.0.id'],
    ['a key that nobody knows', { cameras: [{ ...camera, audo: true }] }, 'cameras.0'],
    ['a line end in a password', { cameras: [{ ...camera, username: 'viewer', password: 'a\r\nb' }] }, 'cameras.0.password'],
    ['a store path that is none', { storePath: 'a\u0000b' }, 'storePath'],
    ['no retention', { retention: undefined }, 'retention'],
    ['a newer schema', { schema: 2 }, 'schema'],
  ])('%s is refused with its field', (_, change, field) => {
    const { error } = settingsDocument.safeParse({ ...document, ...change });
    expect(error?.issues.map(({ path }) => path.join('.'))).toContain(field);
  });
});
