import { pino } from 'pino';

/** Fields first, then a sentence: the shape of pino. Secrets never go in; known field names are redacted besides. */
export interface Log {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

const secret = ['password', 'token', 'secret', 'key', 'proof', 'source.password', 'camera.password', 'headers.authorization'];

/** JSON lines on stderr: stdout belongs to what a command answers. */
export function systemLog(name: string, level: 'debug' | 'info' | 'warn' | 'error' = 'info'): Log {
  return pino({ name, level, redact: { paths: secret, censor: '(secret)' } }, pino.destination({ fd: 2, sync: true }));
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
