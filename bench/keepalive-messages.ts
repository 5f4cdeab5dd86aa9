/** What the processes of the keep-alive benchmark tell each other. */
export interface Target {
  readonly serverId: string;
  readonly host: string;
  readonly port: number;
  readonly pin: string;
}
export type ToAgents = { readonly type: 'start'; readonly folder: string; readonly from: number; readonly count: number; readonly protector: string; readonly shared: boolean };
export type FromAgents = { readonly type: 'started'; readonly targets: readonly Target[] };
export type ToFailover =
  | { readonly type: 'who'; readonly folder: string }
  | { readonly type: 'run'; readonly targets: readonly Target[]; readonly seconds: number };
export type FromFailover =
  | { readonly type: 'who'; readonly fingerprint: string }
  /** All that will connect are connected, and the measuring begins. */
  | { readonly type: 'settled' }
  | { readonly type: 'measured'; readonly measured: Measured };

export interface Measured {
  readonly wallMs: number;
  /** User and system time of the failover server's process. */
  readonly cpuMs: number;
  /** Of that, in the kernel: reading and writing sockets, waking up. */
  readonly systemMs: number;
  readonly messages: number;
  readonly messagesPerSecond: number;
  readonly rssMb: number;
  readonly eventLoopDelayP99Ms: number;
  /** From the first dial until every server was alive. */
  readonly connectedAfterMs: number;
  readonly notAlive: number;
}
