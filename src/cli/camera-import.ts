import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { csvColumns, type CsvError, type CsvResult, readCameraCsv } from '../recorder/camera-csv.ts';
import { type Answer, answer } from './command.ts';
import { editSettings, readForEdit } from './edit-settings.ts';
import { exitCodes } from './exit-codes.ts';

interface ImportOptions {
  readonly folder: string;
  readonly skip?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function registerCameraImport(camera: Command): void {
  camera
    .command('import')
    .argument('<file.csv>', 'CSV with a header line; separated by "," ";" or tab')
    .description('Import cameras from a CSV file: all of them, or none if a line is wrong.')
    .requiredOption('-f, --folder <dir>', 'settings folder of the recorder (made if it is not there)')
    .option('--skip', 'leave wrong lines out and import the others')
    .option('--dry-run', 'only check the file')
    .option('--json', 'answer as JSON')
    .addHelpText(
      'after',
      `
Columns (name and url are needed, the others may be left out):
  ${csvColumns.join(',')}

Example of a file:
  name,url,username,password,priority
  Gate north,rtsp://10.0.0.21/stream1,viewer,secret,1
  Yard,rtsp://10.0.0.22/stream1,,,50

Exit code 3 if a line is wrong, also with --skip.`,
    )
    .action(async (file: string, options: ImportOptions) => {
      await answer(options, async () => await importFile(file, options));
    });
}

async function importFile(file: string, options: ImportOptions): Promise<Answer> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw Object.assign(error as Error, { path: file }); // of a folder the system tells none
  });
  const first = readCameraCsv(text, (await readForEdit(options.folder)).cameras);
  const wrong = first.errors.length > 0;
  if (options.dryRun === true || (wrong && options.skip !== true) || first.cameras.length === 0) return report(first, 0);
  const taken = await editSettings(options.folder, (document) => {
    const result = readCameraCsv(text, document.cameras);
    return { document: { ...document, cameras: [...document.cameras, ...result.cameras.map(({ camera }) => camera)] }, result };
  });
  return report(taken, taken.cameras.length);
}

function report(result: CsvResult, imported: number): Answer {
  const { errors, cameras } = result;
  const lines = [
    ...errors.map(errorLine),
    imported > 0
      ? `Imported ${many(imported, 'camera')}${errors.length > 0 ? `; ${many(errors.length, 'error')}, those lines were left out` : ''}.`
      : errors.length > 0
        ? `Nothing was imported: ${many(errors.length, 'error')}${cameras.length > 0 ? `, ${many(cameras.length, 'good line')} (import with --skip)` : ''}.`
        : `Nothing was imported. ${cameras.length === 0 ? 'The file names no camera.' : `${many(cameras.length, 'good line')}.`}`,
  ];
  return {
    json: { imported, ids: cameras.map(({ camera }) => camera.id), errors },
    text: lines.join('\n'),
    exitCode: errors.length > 0 ? exitCodes.invalid : exitCodes.ok,
  };
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const errorLine = ({ line, column, rule }: CsvError): string => `Line ${line}${column === '' ? '' : `, ${column}`}: ${rule}`;
