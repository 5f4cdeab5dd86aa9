import { type Command, InvalidArgumentError, Option } from 'commander';
import { UnderstudyError } from '../contract/errors.ts';
import { cameraDocument, type CameraDocument } from '../contract/settings.ts';
import { freeId, knownCameras, type KnownCameras, loginTrap, splitCredentials } from '../recorder/camera-csv.ts';
import { brokenField } from '../contract/plain-words.ts';
import { issuesText } from '../recorder/settings.ts';
import { answer, wholeNumber } from './command.ts';
import { editSettings } from './edit-settings.ts';
import { readPassword } from './password.ts';

/** As in the settings file and in CSV: fractions are allowed. */
function days(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value <= 0 || value > 3660) throw new InvalidArgumentError('It must be a number of days, more than 0 and at most 3660.');
  return value;
}

interface AddOptions {
  readonly folder: string;
  readonly url: string;
  readonly id?: string;
  readonly name?: string;
  readonly username?: string;
  readonly password?: string;
  readonly passwordStdin?: boolean;
  readonly transport?: 'auto' | 'tcp' | 'udp';
  readonly audio?: boolean;
  readonly priority?: number;
  readonly retentionDays?: number;
  readonly maxSessions?: number;
  readonly disabled?: boolean;
  readonly json?: boolean;
}

export function registerCameraAdd(camera: Command): void {
  camera
    .command('add')
    .description('Add a camera. A running recorder records it within a second.')
    .requiredOption('-f, --folder <dir>', 'settings folder of the recorder (made if it is not there)')
    .requiredOption('-u, --url <rtsp-url>', 'address of the stream; a user name and password in it are taken out and kept apart')
    .option('-n, --name <name>', 'name shown to people (default: the host of the address)')
    .option('--id <id>', 'stable id: folder name and part of addresses (default: made from the name)')
    .option('--username <name>', 'user name at the camera')
    .option('--password <password>', 'password at the camera; other users of this machine may see it in the process list')
    .option('--password-stdin', 'read the password from standard input (first line)')
    .addOption(new Option('--transport <how>', 'RTP over TCP or UDP; auto: TCP first').choices(['auto', 'tcp', 'udp']))
    .option('--audio', 'record audio too (check what the law allows)')
    .option('--priority <n>', '1 = first to be taken over (default: 100)', wholeNumber(1, 1000))
    .option('--retention-days <n>', 'keep footage this long, fractions allowed (default: the server’s rule)', days)
    .option('--max-sessions <n>', 'sessions that the camera allows at once; 1 = handed over one after the other', wholeNumber(1, 100))
    .option('--disabled', 'add it without recording it')
    .option('--json', 'answer as JSON')
    .addHelpText(
      'after',
      `
Examples:
  understudy camera add --folder /srv/recorder --url rtsp://10.0.0.21/stream1 --name "Gate north"
  understudy camera add -f /srv/recorder -u rtsp://10.0.0.22:554/ch1 --username viewer --password-stdin < secret.txt`,
    )
    .action(async (options: AddOptions) => {
      await answer(options, async () => {
        const password = await readPassword(options);
        const added = await editSettings(options.folder, (document) => {
          const made = makeCamera(options, password, knownCameras(document.cameras));
          return { document: { ...document, cameras: [...document.cameras, made] }, result: made };
        });
        return { json: { added: { ...added, password: undefined } }, text: `Added ${added.name} as ${added.id}. Try it: understudy camera test ${added.id} --folder ${options.folder}` };
      });
    });
}

function makeCamera(options: AddOptions, password: string | undefined, known: KnownCameras): CameraDocument {
  const trap = loginTrap(options.url);
  if (trap !== null) throw new UnderstudyError('input.invalid', `The camera was not added: url: ${trap}`, { field: 'url' });
  const url = splitCredentials(options.url);
  const name = options.name ?? hostOf(url.url);
  const draft = {
    id: options.id ?? freeId(name, known.ids),
    name,
    url: url.url,
    username: options.username ?? url.username,
    password: password ?? url.password,
    transport: options.transport,
    audio: options.audio,
    priority: options.priority,
    retentionDays: options.retentionDays,
    maxSessions: options.maxSessions,
    enabled: options.disabled !== true,
  };
  const parsed = cameraDocument.safeParse(draft);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => ({ field: brokenField(issue).map(String).join('.'), rule: issue.message }));
    throw new UnderstudyError('input.invalid', `The camera was not added: ${issuesText(issues)}`, { field: issues[0]?.field ?? '' });
  }
  const twin = options.id === undefined ? known.twin(parsed.data) : undefined;
  if (twin !== undefined)
    throw new UnderstudyError('input.conflict', `The camera was not added: it is there already, with the same name and address, as ${twin}.`, {
      advice: 'To record it twice all the same, give it a --name or an --id of its own.',
    });
  if (known.ids.has(parsed.data.id))
    throw new UnderstudyError('input.invalid', `The camera was not added: the id ${parsed.data.id} is used already.`, {
      field: 'id',
      advice: 'Choose another --id, or remove the other camera first.',
    });
  return parsed.data;
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname || 'camera';
  } catch {
    return 'camera'; // the rule for addresses refuses it with its own words
  }
}
