import type { Console } from './console.ts';
import { createLive } from './live.ts';
import { createPageFiles } from './page-files.ts';

/** The console's page as the browser loads it, and its live updates. */
export interface ConsolePage {
  readonly files: ReturnType<typeof createPageFiles>;
  readonly live: ReturnType<typeof createLive>;
}

export function createConsolePage(console: Console): ConsolePage {
  return { files: createPageFiles(), live: createLive(console) };
}
