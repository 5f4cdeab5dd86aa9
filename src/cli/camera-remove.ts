import type { Command } from 'commander';
import { UnderstudyError } from '../contract/errors.ts';
import { answer } from './command.ts';
import { editSettings } from './edit-settings.ts';

export function registerCameraRemove(camera: Command): void {
  camera
    .command('remove')
    .argument('<id>', 'id of the camera, see "understudy camera list"')
    .description('Remove a camera from the settings. Its footage stays until it is deleted by hand.')
    .requiredOption('-f, --folder <dir>', 'settings folder of the recorder')
    .option('--json', 'answer as JSON')
    .addHelpText('after', '\nExample:\n  understudy camera remove gate-north --folder /srv/recorder')
    .action(async (id: string, options: { readonly folder: string; readonly json?: boolean }) => {
      await answer(options, async () => {
        const name = await editSettings(options.folder, (document) => {
          const there = document.cameras.find((one) => one.id === id);
          if (there === undefined) throw noSuchCamera(id, document.cameras.map((one) => one.id));
          return { document: { ...document, cameras: document.cameras.filter((one) => one !== there) }, result: there.name };
        });
        return { json: { removed: id }, text: `Removed ${name} (${id}).` };
      });
    });
}

export function noSuchCamera(id: string, known: readonly string[]): UnderstudyError {
  const list = known.length === 0 ? 'There are none yet.' : `Known ids: ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', …' : ''}.`;
  return new UnderstudyError('input.not-found', `There is no camera with the id "${id.slice(0, 64)}".`, { field: 'id', advice: list });
}
