// What `npm run ens` starts: without installed packages the command line itself could not even be read.
import './installed.mjs';

await import('./ens.ts');
