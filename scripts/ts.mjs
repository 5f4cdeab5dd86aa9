// Lets Node 20 run our .ts files as they are: `node --import ./scripts/ts.mjs src/x.ts`. For tests and
// development only; what is shipped runs compiled from dist/.
import { register } from 'node:module';

register('./ts-hooks.mjs', import.meta.url);
