import { type DestinationStream, pino, stdSerializers } from 'pino';

/** Fields first, then a sentence: the shape of pino. Secrets never go in; known field names are redacted besides. */
export interface Log {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

const secret = ['password', 'token', 'secret', 'key', 'proof', 'source.password', 'camera.password', 'headers.authorization'];

/** An error as message and stack, under either of the names that we give it (else it is written as `{}`); an address in it without its credentials. */
const serialized = (value: unknown): unknown => {
  if (!(value instanceof Error)) return value;
  const { raw: _, ...plain } = stdSerializers.err(value);
  return { ...plain, message: withoutCredentials(plain.message), stack: withoutCredentials(plain.stack) };
};
const withoutCredentials = (text: string): string => text.replace(/\/\/[^\s/@]*@/g, '//');

/** JSON lines on stderr: stdout belongs to what a command answers. */
export function systemLog(name: string, level: 'debug' | 'info' | 'warn' | 'error' = 'info', to: DestinationStream = pino.destination({ fd: 2, sync: true })): Log {
  return pino({ name, level, redact: { paths: secret, censor: '(secret)' }, serializers: { err: serialized, error: serialized } }, to);
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
