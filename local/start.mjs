// What `npm start` starts: without installed packages, or on an older Node, the world itself could not even be read.
import '../bin/installed.mjs';

await import('./start.ts');
