// `npm run chaos` and `npm run soak`: what their faults are made with, then as run.mjs. What cannot be installed is said,
// and the scenarios that need it are not run.
import { installDebianPackages } from './steps.mjs';

installDebianPackages(['iproute2', 'nftables', 'util-linux', 'faketime', 'e2fsprogs'], { needed: false });
await import('./run.mjs');
