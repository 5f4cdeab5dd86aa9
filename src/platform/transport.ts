/** A message connection as a port: TLS + WebSocket in the real form, a simulated network in the world. */
export interface Connection {
  /** Address as dialled or as accepted, `host:port`. */
  readonly peer: string;
  /** SHA-256 of the peer's certificate key (SPKI), hex. */
  readonly peerFingerprint: string;
  /** Never waits. After `close` it does nothing. */
  send(text: string): void;
  /** Bytes handed to `send` and `sendBytes` that the network has not taken yet. */
  waiting(): number;
  /** Resolves when less than 1 MiB waits to be sent: the back pressure of bulk transfers. */
  sendBytes(bytes: Uint8Array): Promise<void>;
  /** One listener each; messages that came earlier are delivered to it first, in order. */
  onMessage(listener: (data: string | Uint8Array) => void): void;
  /** Called once; `reason` is a sentence for the log. A listener set after the end is called soon after. */
  onClose(listener: (reason: string) => void): void;
  /** Stops reading (the peer's sends then wait); messages already read may still come. */
  pause(): void;
  resume(): void;
  /** Sends what waits, then ends; cut after 2 s. */
  close(reason: string): void;
}

/** Longest message either way; a longer one ends the connection. */
export const maxMessageBytes = 8 * 1024 * 1024;

export interface DialTarget {
  /** Name or address. A name's addresses are all tried, and the last one that worked. */
  readonly host: string;
  readonly port: number;
  /** Pinned key; null only for pairing. A mismatch is `auth.pin-mismatch`. */
  readonly pin: string | null;
  readonly timeoutMs: number;
}

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

export interface Transport {
  /** SHA-256 of our own key (SPKI), hex. */
  readonly fingerprint: string;
  /** Rejects with `link.unreachable` or `auth.pin-mismatch`, at the latest after `timeoutMs`. */
  dial(target: DialTarget): Promise<Connection>;
  listen(at: { readonly host: string; readonly port: number }, accept: (connection: Connection) => void): Promise<Listening>;
}
