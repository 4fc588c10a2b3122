// Lets Node 20 run TypeScript sources: `node --import ./tools/ts-hook.mjs file.ts`. Newer Node strips types itself; the hook then does no harm.
import { register } from 'node:module';

register('./ts-loader.mjs', import.meta.url);
