import type { ClipPart, EvidenceLockDto, FootageCamera, Timeline } from '../../contract/api/footage.ts';
import type { Outage, OutageReport } from '../../contract/api/outages.ts';
import type { RouteQuery } from '../../contract/api/routes.ts';
import type { CameraKey, Span } from '../../core/units.ts';
import type { StreamAnswer } from './handlers.ts';

/** Footage over both machines, as the API needs it. Rejects with `UnderstudyError`. */
export interface FootageDoor {
  cameras(): Promise<FootageCamera[]>;
  /** `cameras` null: all of the server. */
  timeline(serverId: string, cameras: readonly string[] | null, span: Span, pixels: number): Promise<Timeline>;
  /** Headers as in contract/api/footage.ts; stops reading when `gone` is aborted. */
  play(camera: CameraKey, span: Span, audio: boolean, gone: AbortSignal): Promise<StreamAnswer>;
  live(camera: CameraKey, gone: AbortSignal): Promise<StreamAnswer>;
  /** By which clips a span comes whole: several where the codec changes. */
  clips(camera: CameraKey, span: Span): Promise<readonly ClipPart[]>;
  /** One file that any player opens. */
  clip(camera: CameraKey, span: Span, gone: AbortSignal): Promise<StreamAnswer>;
  locks(filter: { readonly server?: string | undefined; readonly camera?: string | undefined }): Promise<EvidenceLockDto[]>;
  lock(camera: CameraKey, span: Span, reason: string, who: string): Promise<EvidenceLockDto>;
  unlock(id: string, who: string): Promise<void>;
}

/** Outages and their reports. */
export interface OutageDoor {
  list(filter: RouteQuery<'outages.list'>): Promise<Outage[]>;
  report(id: string): Promise<OutageReport>;
  /** A page to print: whole HTML. */
  page(id: string): Promise<string>;
  /** Sums over all outages; called at every drawing of the screen, so from memory. */
  totals(): { readonly outages: number; readonly promisedMs: number; readonly keptMs: number; readonly gapMs: number };
}
