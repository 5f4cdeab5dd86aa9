/**
 * From the text of a frame to a message of the link, or `link.protocol`: one door for both sides, so
 * that garbage is refused in one place and before anything is changed.
 */
import { z } from 'zod';
import { UnderstudyError } from './errors.ts';
import { isPlainBeat, isPlainKeepAlive } from './keep-alive-check.ts';
import { beat, end, hello, lifeSignMessage, linkVersion, oldestLinkVersion, ping, pong, refused, request, response, welcome } from './link.ts';

const schemas = {
  hello,
  welcome,
  refused,
  startup: lifeSignMessage,
  'keep-alive': lifeSignMessage,
  beat,
  'normal shutdown': lifeSignMessage,
  'abnormal shutdown': lifeSignMessage,
  'agent exit': lifeSignMessage,
  request,
  response,
  end,
  ping,
  pong,
} as const;

export type LinkMessage = z.infer<(typeof schemas)[keyof typeof schemas]>;

/** Takes a text frame (bytes belong to bodies and are refused). Unknown keys are dropped or stay unread; an unknown `type`, a missing or wrong field throws `link.protocol` with the field. */
export function parseLinkMessage(text: string | Uint8Array): LinkMessage {
  if (typeof text !== 'string') throw new UnderstudyError('link.protocol', 'Bytes came where a message belongs.');
  const json = parseJson(text);
  const type = typeof json === 'object' && json !== null && 'type' in json ? json.type : undefined;
  if (typeof type !== 'string' || !Object.hasOwn(schemas, type))
    throw new UnderstudyError('link.protocol', `There is no message of type ${JSON.stringify(type)?.slice(0, 60) ?? 'undefined'}.`, { field: 'type' });
  if (type === 'beat' && isPlainBeat(json as object)) return json as LinkMessage;
  if (type === 'keep-alive' && isPlainKeepAlive(json as object)) return json as LinkMessage;
  const parsed = schemas[type as keyof typeof schemas].safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new UnderstudyError('link.protocol', `${type}.${field}: ${issue?.message ?? 'does not fit'}.`, { field });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnderstudyError('link.protocol', 'A message is not JSON.', { cause: error });
  }
}

/** The version both sides speak, or null: the newer side steps back to the older one's, at most one version. */
export function chooseVersion(theirs: { readonly version: number; readonly oldestVersion: number }): number | null {
  const version = Math.min(theirs.version, linkVersion);
  return version >= oldestLinkVersion && version >= theirs.oldestVersion ? version : null;
}
