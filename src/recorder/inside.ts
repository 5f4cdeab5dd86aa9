import type { FailoverPointer } from '../core/ini.ts';
import type { Media } from './media.ts';
import type { RemotePorts } from './playback/remote.ts';
import type { SettingsInForce } from './settings-files.ts';

/** What playback needs of the recorder that it belongs to. */
export interface RecorderInside {
  readonly serverId: string;
  readonly media: Media;
  readonly settings: () => SettingsInForce;
  /** The failover servers that the ini names now, and how to ask them. */
  readonly remote: () => { readonly ports: RemotePorts; readonly pointers: readonly FailoverPointer[] };
}

export interface Playback {
  readonly address: string;
  close(): Promise<void>;
}
