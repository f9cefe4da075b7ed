#!/usr/bin/env node
/** What `npx cdk` runs: the CDK command line, without the line of `cdk synth` that asks for nothing. */
import { createRequire } from 'node:module';

/** Printed for every app with several stacks, whatever the options. */
const NOTHING_TO_DO = /^\S*Supply a stack id \(/;

for (const stream of process.argv[2]?.startsWith('synth') === true ? [process.stdout, process.stderr] : []) {
  const write = stream.write.bind(stream);
  stream.write = (text, ...rest: never[]) => (NOTHING_TO_DO.test(String(text)) ? true : write(text, ...rest));
}

createRequire(import.meta.url)('aws-cdk/bin/cdk');
