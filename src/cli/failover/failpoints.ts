import type { Failpoint } from '../../failover/ports.ts';

/**
 * For chaos runs only (`--failpoints`): the process kills itself, as `kill -9` would, when it passes
 * the step that is named in UNDERSTUDY_FAILPOINT. In production no variable can make it do that.
 */
export function failpointOf(on: boolean, wanted: string | undefined): Failpoint {
  if (!on || wanted === undefined || wanted === '') return () => {};
  return (name) => {
    if (name === wanted) process.kill(process.pid, 'SIGKILL');
  };
}
