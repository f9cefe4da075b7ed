// Plain JavaScript: an older Node cannot even read a .ts file, and its own message would not say what to do.
const NODE_MAJOR = 24;

if (Number(process.versions.node.split('.')[0]) === NODE_MAJOR) {
  await import('./start.ts');
} else {
  process.stderr.write(
    `This is Node ${process.versions.node}; ENS runs on Node ${NODE_MAJOR}, which \`npm ci\` brings along. ` +
      'Start it with `npm start`. If that is what you did, installation scripts were switched off: ' +
      'run `npm rebuild node`.\n',
  );
  process.exitCode = 1;
}
