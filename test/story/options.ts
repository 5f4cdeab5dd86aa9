import { conditions, type ConditionName } from './conditions.ts';
import { kinds, type StoryKind } from './kinds.ts';
import type { ProfileName } from './profiles.ts';

export interface StoryOptions {
  readonly folder: string;
  readonly standby: 'cold' | 'hot';
  readonly kind: StoryKind;
  readonly codec: 'h264' | 'h265';
  readonly timeouts: ProfileName;
  readonly condition: ConditionName | null;
  readonly camerasPerRecorder: number;
  readonly say: (text: string) => void;
}

export const storyName = ({ kind, standby, codec, timeouts, condition }: Omit<StoryOptions, 'folder' | 'say' | 'camerasPerRecorder'>): string =>
  `${kinds[kind].text}, ${standby}, ${timeouts}, ${codec}${condition === null ? '' : `, ${conditions[condition].text}`}`;
