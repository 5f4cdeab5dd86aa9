/** What foreign tools say about a file. */
import { execFileSync, spawnSync } from 'node:child_process';

/** Decodes everything; returns what ffmpeg complained about ('' = nothing). */
export function complaints(path: string): string {
  const { status, stderr } = spawnSync('ffmpeg', ['-v', 'warning', '-xerror', '-i', path, '-f', 'null', '-'], { encoding: 'utf8' });
  return status === 0 ? stderr : `exit ${status}: ${stderr}`;
}

export function countFrames(path: string, stream: 'v:0' | 'a:0' = 'v:0'): number {
  const out = execFileSync(
    'ffprobe',
    ['-v', 'error', '-select_streams', stream, '-count_frames', '-show_entries', 'stream=nb_read_frames', '-of', 'csv=p=0', path],
    { encoding: 'utf8' },
  );
  return Number(out.trim().split('\n')[0]);
}

/** Presentation times of all frames, seconds. */
export function frameTimes(path: string): number[] {
  const out = execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'frame=pts_time', '-of', 'csv=p=0', path], {
    encoding: 'utf8',
  });
  return out.split('\n').flatMap((line) => (line === '' ? [] : [Number.parseFloat(line)]));
}
