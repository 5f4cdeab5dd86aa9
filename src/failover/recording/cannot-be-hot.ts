import type { CameraView } from '../server-types.ts';

/** Why a camera cannot stand by hot, whatever was chosen; null: it can, as far as is known. Pure. */
export function cannotBeHot({ maxSessions, standbyReason }: Pick<CameraView, 'maxSessions' | 'standbyReason'>): { readonly code: 'single session' | 'fell back'; readonly text: string } | null {
  if (maxSessions === 1) return { code: 'single session', text: 'It allows a single session, which its recorder holds.' };
  return standbyReason === null ? null : { code: 'fell back', text: standbyReason };
}
