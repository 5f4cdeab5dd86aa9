import type { z } from 'zod';
import type { cameraTimeline } from '../../contract/api/footage.ts';

export type CameraTimeline = z.infer<typeof cameraTimeline>;
