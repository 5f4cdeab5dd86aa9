/** Keeps a video at the cursor: small differences by its rate, large ones by a seek. Times in seconds of its buffer. */

const fastest = 16;
const slowest = 0.0625;

export function follow(video: HTMLVideoElement, target: number, speed: number): void {
  const ahead = video.currentTime - target;
  if (Math.abs(ahead) > 0.3 * Math.max(1, speed)) {
    if (!video.seeking) video.currentTime = target;
  } else {
    const lean = Math.abs(ahead) < 0.04 ? 1 : ahead > 0 ? 0.94 : 1.06;
    const rate = Math.min(fastest, Math.max(slowest, speed * lean));
    if (Math.abs(video.playbackRate - rate) > 0.001) video.playbackRate = rate;
  }
  if (video.paused)
    video.play().catch((error: unknown) => {
      // A pause or a new source in between ends the promise of play(); that is no failure.
      if (!(error instanceof DOMException && error.name === 'AbortError')) console.error(error);
    });
}

/** Stands still, at `target` if there is footage. */
export function hold(video: HTMLVideoElement, target: number | null): void {
  if (!video.paused) video.pause();
  if (target !== null && !video.seeking && Math.abs(video.currentTime - target) > 0.002) video.currentTime = target;
}

/** A busy browser leaves frames out, so one distance between two pictures is no frame: the shortest of so many is. */
const distances = 25;

/** Writes which frame the video shows into its data set: time of its capture, and how long a frame lasts. */
export function watchFrames(video: HTMLVideoElement, usOf: (seconds: number) => number, onFrame: (us: number) => void): () => void {
  let last = Number.NaN;
  const recent: number[] = [];
  let handle = video.requestVideoFrameCallback(function shown(_now, { mediaTime }) {
    const between = Math.abs(mediaTime - last);
    if (between > 0.005 && between < 0.5 && !video.paused && video.playbackRate < 1.1) {
      recent.push(between);
      if (recent.length > distances) recent.shift();
      video.dataset['frameUs'] = String(Math.round(Math.min(...recent) * 1e6));
    }
    last = mediaTime;
    video.dataset['shownUs'] = String(usOf(mediaTime));
    onFrame(usOf(mediaTime));
    handle = video.requestVideoFrameCallback(shown);
  });
  return () => video.cancelVideoFrameCallback(handle);
}
