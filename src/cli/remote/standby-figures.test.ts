import { expect, test } from 'vitest';
import type { Calculation, Figure } from '../../contract/api/standby.ts';
import { standbyText } from './standby-figures.ts';

const figure = (value: number, unit: Figure['unit'], source: Figure['source'] = 'measured'): Figure => ({ value, unit, source, text: 'How.' });
const calculation: Calculation = {
  serverId: 'north',
  hot: {
    sessionsPerCamera: figure(2, 'sessions', 'computed'), network: figure(15e6, 'bit/s'), memory: figure(24e6, 'bytes'), prerollSeconds: figure(13, 's'), coldCameras: figure(1, 'cameras', 'assumed'),
    stayCold: [{ serverId: 'north', cameraId: 'b', name: 'Yard', reason: 'No memory.', source: 'assumed' }],
  },
  cold: { lostSeconds: figure(31.5, 's', 'assumed'), ofWhichDetection: figure(30, 's'), ofWhichOpening: figure(1.5, 's') },
  outageDayBytes: figure(162e9, 'bytes/day'), diskLastsSeconds: figure(86_400 * 3, 's'), secondFailureCameras: figure(2, 'cameras'),
  secondFailure: [{ serverId: 'south', name: 'South', camerasNotFitting: 2, cameras: [{ cameraId: 's', name: 'Gate' }, { cameraId: 't', name: 'Door' }], source: 'measured' }],
};

test('each figure has a name, a value with its unit and a mark; who stays cold and who would not fit are named', () => {
  const text = standbyText(calculation);
  expect(text).toMatch(/hot: sessions per camera +2 +computed/);
  expect(text).toMatch(/hot: network +15\.0 Mbit\/s +measured/);
  expect(text).toMatch(/hot: cameras that stay cold +1 camera +assumed/);
  expect(text).toMatch(/a day of outage +162\.0 GB a day/);
  expect(text).toMatch(/second failure: no room for +2 cameras +measured/);
  expect(text).toContain('Yard (assumed): No memory.');
  expect(text).toContain('South (measured): Gate, Door');
  expect(standbyText({ ...calculation, hot: { ...calculation.hot, stayCold: [] }, secondFailure: [] })).not.toContain('would');
});
