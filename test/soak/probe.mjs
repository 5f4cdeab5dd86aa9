// Loaded into each process of a soak by NODE_OPTIONS=--import: writes what the process says of itself, twice a second.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const folder = process.env.UNDERSTUDY_SOAK_FOLDER;
if (isMainThread && folder) {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const timer = setInterval(() => {
    const { heapUsed, external } = process.memoryUsage();
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify({ heapMb: heapUsed / 1048576, externalMb: external / 1048576, p99Ms: delay.percentile(99) / 1e6, maxMs: delay.max / 1e6 }));
    delay.reset();
  }, 500);
  timer.unref();
}
