/** A message connection as a port: TLS + WebSocket in the real form, a simulated network in the world. */
export interface Connection {
  /** Address as dialled or as accepted, `host:port`. */
  readonly peer: string;
  /** SHA-256 of the peer's certificate key (SPKI), hex. */
  readonly peerFingerprint: string;
  send(text: string): void;
  /** Resolves when less than 1 MiB waits to be sent: the back pressure of bulk transfers. */
  sendBytes(bytes: Uint8Array): Promise<void>;
  /** One listener each; messages that came earlier are delivered to it first, in order. */
  onMessage(listener: (data: string | Uint8Array) => void): void;
  onClose(listener: (reason: string) => void): void;
  close(reason: string): void;
}

export interface DialTarget {
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
  dial(target: DialTarget): Promise<Connection>;
  listen(at: { readonly host: string; readonly port: number }, accept: (connection: Connection) => void): Promise<Listening>;
}
