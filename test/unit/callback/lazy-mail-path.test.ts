import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

/** In a process of its own: a rejection that nobody handles ends it, as it would end the function. */
const RUN = `
  const { lazyMailPath } = await import('./lambdas/callback/lazy-mail-path.ts');
  const { exchange } = lazyMailPath(() => Promise.reject(new Error('no such module')));
  void exchange.warm();
  exchange.open({}).close();
  const asked = exchange.open({});
  await asked.mails(['a']).catch((error) => console.log(error.message));
  asked.close();
  await new Promise((resolve) => setImmediate(resolve));
  console.log('still here');
`;

test('a mail path that cannot be loaded fails whoever asks it, and nothing else', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', RUN]);
  expect(stdout.split('\n')).toEqual(['no such module', 'still here', '']);
});
