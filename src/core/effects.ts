/** What the machines have in common: audit entries and alarms as data. */

/** Who or what made a transition happen. */
export type Actor =
  | { readonly kind: 'person'; readonly name: string }
  /** The product itself, by a rule. */
  | { readonly kind: 'rule'; readonly rule: string };

/** One row of the audit trail (I10). The executor adds wall-clock time and a number. */
export interface AuditEntry {
  /** Null: the failover server as a whole. */
  readonly serverId: string | null;
  readonly machine: 'detector' | 'role' | 'observer';
  readonly actor: Actor;
  readonly from: string;
  readonly to: string;
  /** A sentence for people. */
  readonly why: string;
}

/** Alarms are raised and cleared by name; raising one twice is harmless. */
export const alarmNames = [
  'never seen',
  'failed',
  'identity twice',
  'camera not recorded',
  'server not recording',
  'recorder disk',
  'recorder settings',
  'observer unsure',
  'storm',
  'no usable backup',
  'no camera answers',
  'queued',
  'take-over blocked',
  'camera not brought back',
  'store',
] as const;
export type AlarmName = (typeof alarmNames)[number];

export interface RaiseAlarm {
  readonly kind: 'raise alarm';
  readonly serverId: string | null;
  readonly alarm: AlarmName;
  /** What happened, what it means, what to do. */
  readonly text: string;
}

export interface ClearAlarm {
  readonly kind: 'clear alarm';
  readonly serverId: string | null;
  readonly alarm: AlarmName;
}

export interface Audit {
  readonly kind: 'audit';
  readonly entry: AuditEntry;
}
