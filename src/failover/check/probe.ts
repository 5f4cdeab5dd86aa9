import type { CameraSource } from '../../video/contract.ts';

/** What a camera says of itself when asked for its stream's description, with its credentials. */
export interface Probed {
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
}

/** Asks one camera without taking one of its sessions (RTSP DESCRIBE). Rejects with an `UnderstudyError` `camera.*`. */
export interface CameraProbe {
  probe(source: CameraSource, timeoutMs: number): Promise<Probed>;
}
