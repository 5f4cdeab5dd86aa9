import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { createTransport } from 'nodemailer';
import type { NotificationSettings } from '../../contract/api/events.ts';
import type { NotificationSecrets } from './settings-store.ts';

/** One thing to tell, the same on every channel. */
export interface Message {
  readonly atMs: number;
  readonly failover: string;
  readonly kind: string;
  readonly severity: 'info' | 'warning' | 'alarm';
  readonly server: string | null;
  readonly text: string;
  readonly reason: string | null;
  readonly eventId: number | null;
}

export type Channel = 'smtp' | 'webhook' | 'syslog';
export type Senders = { readonly [C in Channel]: (message: Message, settings: NotificationSettings, secrets: NotificationSecrets) => Promise<void> };

const timeoutMs = 10_000;

/** Each rejects with a plain reason; secrets are in no message. */
export const systemSenders: Senders = {
  async smtp(message, { smtp }, { smtpPassword }) {
    const transport = createTransport({
      host: smtp.host,
      port: smtp.port,
      secure: smtp.secure,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      ...(smtp.user === '' ? {} : { auth: { user: smtp.user, pass: smtpPassword ?? '' } }),
    });
    try {
      await transport.sendMail({ from: smtp.from, to: smtp.to, subject: oneLine(`[${message.failover}] ${message.text}`), text: letter(message) });
    } finally {
      transport.close();
    }
  },
  async webhook(message, { webhook }, { webhookSecret }) {
    const body = JSON.stringify(message);
    const signature: Record<string, string> = webhookSecret === null ? {} : { 'x-understudy-signature': `sha256=${createHmac('sha256', webhookSecret).update(body).digest('hex')}` };
    const response = await fetch(webhook.url, { method: 'POST', headers: { 'content-type': 'application/json', ...signature }, body, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`it answered ${response.status}`);
  },
  syslog: (message, { syslog }) => sendDatagram(syslogLine(message), syslog.host, syslog.port),
};

const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').slice(0, 500);

function letter(message: Message): string {
  const lines = [message.text, message.reason === null ? null : `Why: ${message.reason}`, '', `When: ${new Date(message.atMs).toISOString()} (UTC)`, message.server === null ? null : `Server: ${message.server}`, `Failover server: ${message.failover}`];
  return `${lines.filter((line) => line !== null).join('\n')}\n`;
}

const facility = 16; // local0
const levels = { info: 6, warning: 4, alarm: 2 } as const;
const sdValue = (text: string): string => text.replace(/[\\"\]]/g, (sign) => `\\${sign}`);

/** RFC 5424: `<PRI>1 TIME HOST APP - MSGID [structured data] text`. 32473 is the number for examples (RFC 5612). */
export function syslogLine(message: Message): string {
  const host = message.failover.replace(/[^\x21-\x7e]/g, '-').slice(0, 255) || '-';
  const data = `[understudy@32473 kind="${sdValue(message.kind)}"${message.server === null ? '' : ` server="${sdValue(oneLine(message.server))}"`}]`;
  return `<${facility * 8 + levels[message.severity]}>1 ${new Date(message.atMs).toISOString()} ${host} understudy - ${message.kind.replaceAll(' ', '-')} ${data} ${oneLine(message.text)}`;
}

function sendDatagram(text: string, host: string, port: number): Promise<void> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  return new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.send(text, port, host, (error) => (error === null ? resolve() : reject(error)));
  }).finally(() => socket.close());
}
