import type { Command } from 'commander';
import { registerCameraAdd } from './camera-add.ts';
import { registerCameraImport } from './camera-import.ts';
import { registerCameraList } from './camera-list.ts';
import { registerCameraRemove } from './camera-remove.ts';
import { registerCameraTest } from './camera-test.ts';

export function registerCamera(program: Command): void {
  const camera = program.command('camera').description('Add, list, test, import and remove the cameras of the built-in recorder.');
  registerCameraAdd(camera);
  registerCameraList(camera);
  registerCameraTest(camera);
  registerCameraImport(camera);
  registerCameraRemove(camera);
}
