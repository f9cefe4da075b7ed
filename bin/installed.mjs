// Plain JavaScript without packages: it runs before anything is installed, on whatever Node there is, and says what is missing.
import { existsSync } from 'node:fs';

const NODE_MAJOR = 24;

if (!existsSync(new URL('../node_modules', import.meta.url))) {
  process.stderr.write('Nothing is installed yet: run `npm ci` first.\n');
  process.exit(1);
}
if (Number(process.versions.node.split('.')[0]) !== NODE_MAJOR) {
  process.stderr.write(
    `This is Node ${process.versions.node}; ENS runs on Node ${NODE_MAJOR}, which \`npm ci\` brings along. ` +
      'Use the npm scripts (npm start, npm run ens -- …). If that is what you did, installation scripts were switched ' +
      'off: run `npm rebuild node`.\n',
  );
  process.exit(1);
}
