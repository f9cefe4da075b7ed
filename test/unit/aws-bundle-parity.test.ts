import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { defaultProvider } from '../../lib/bundling/stubs/credential-provider-node.ts';

/**
 * Bundles replace the credential search of the AWS clients (docs/decisions). These tests fail when an update of
 * a client asks more of it than the stub has.
 */
const require = createRequire(import.meta.url);

function importedFromChain(client: string): readonly string[] {
  const folder = join(dirname(require.resolve(`${client}/package.json`)), 'dist-es');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) =>
      [
        ...readFileSync(join(folder, name), 'utf8').matchAll(
          /import \{([^}]*)\} from "@aws-sdk\/credential-provider-node"/g,
        ),
      ].flatMap(([, names = '']) => names.split(',').map((each) => each.trim().split(' as ')[0] ?? '')),
    );
}

test.each(['rds-data', 'kms', 'sns', 'secrets-manager'])(
  'client-%s asks the credential search for nothing but what the stub has',
  (name) => {
    expect(importedFromChain(`@aws-sdk/client-${name}`)).toEqual(['defaultProvider']);
  },
);

test('the stub finds what Lambda puts into the environment, and says so where it is missing', async () => {
  const before = { ...process.env };
  try {
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session',
    });
    expect(await defaultProvider({})()).toMatchObject({
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      sessionToken: 'session',
    });
    delete process.env.AWS_ACCESS_KEY_ID;
    await expect(defaultProvider({})()).rejects.toThrow('Unable to find environment variable credentials');
  } finally {
    process.env = before;
  }
});
