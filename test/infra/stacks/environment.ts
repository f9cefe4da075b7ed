import { describe, expect, test } from '@jest/globals';
import { readEnv as aliveEnv } from '../../../lambdas/alive/env.ts';
import { readEnv as appEnv } from '../../../lambdas/app/env.ts';
import { readEnv as callbackEnv } from '../../../lambdas/callback/env.ts';
import { FUNCTION_IDS, type FunctionId, VARIABLES } from '../../../lambdas/contract.ts';
import { readEnv as migrateEnv } from '../../../lambdas/migrate/env.ts';
import { readEnv as pushApplicationsEnv } from '../../../lambdas/push-applications/env.ts';
import { readEnv as registerEnv } from '../../../lambdas/register/env.ts';
import { readEnv as upkeepEnv } from '../../../lambdas/upkeep/env.ts';
import { synthesise, VARIANT_NAMES, VARIANTS } from '../support/synthesise.ts';
import { asObject, functionsOf, settled } from '../support/template.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const READERS: Readonly<Record<FunctionId, (env: Environment) => unknown>> = {
  register: registerEnv,
  callback: callbackEnv,
  alive: aliveEnv,
  upkeep: upkeepEnv,
  migrate: migrateEnv,
  'push-applications': pushApplicationsEnv,
  app: appEnv,
};

function environmentOf(functionId: FunctionId, settings: Readonly<Record<string, unknown>>): Environment {
  const resource = functionsOf(synthesise(settings).service).get(functionId);
  const variables = asObject(asObject(resource?.properties.Environment).Variables);
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, settled(value)]));
}

/** The environment, noting what is read of it. */
function watched(env: Environment): { readonly env: Environment; readonly read: Set<string> } {
  const read = new Set<string>();
  return {
    read,
    env: new Proxy(env, {
      get(target, name) {
        read.add(String(name));
        return Reflect.get(target, name);
      },
    }),
  };
}

describe.each(VARIANT_NAMES)('with the %s settings', (variant) => {
  test.each(FUNCTION_IDS)('%s starts with the variables that the template gives it', (functionId) => {
    expect(() => READERS[functionId](environmentOf(functionId, VARIANTS[variant]))).not.toThrow();
  });
});

describe('the environment', () => {
  test.each(FUNCTION_IDS)('of %s holds nothing that it does not read', (functionId) => {
    const { env, read } = watched(environmentOf(functionId, VARIANTS['push-secrets']));
    READERS[functionId](env);
    const given = Object.keys(env).filter((name) => name.startsWith('ENS_'));
    expect(given.filter((name) => !read.has(name))).toEqual([]);
  });

  test('names only variables of the contract', () => {
    const known: ReadonlySet<string> = new Set([...Object.values(VARIABLES), 'NODE_OPTIONS']);
    for (const functionId of FUNCTION_IDS) {
      const names = Object.keys(environmentOf(functionId, VARIANTS['push-secrets']));
      expect(names.filter((name) => !known.has(name))).toEqual([]);
    }
  });

  test('carries the settings', () => {
    const env = environmentOf('callback', {
      allowedExchangeHosts: ['a.example.com', '*.b.example.com'],
      allowedExchangeCidrs: ['10.0.0.0/8'],
      statusFrequencyMinutes: 7,
      splittingAllowed: false,
      exchangeBudgetSeconds: 6,
      answerBudgetSeconds: 18,
    });
    expect(env).toMatchObject({
      ENS_ALLOWED_EXCHANGE_HOSTS: 'a.example.com,*.b.example.com',
      ENS_ALLOWED_EXCHANGE_CIDRS: '10.0.0.0/8',
      ENS_STATUS_FREQUENCY_MINUTES: '7',
      ENS_SPLITTING_ALLOWED: 'false',
      ENS_EXCHANGE_BUDGET_SECONDS: '6',
      ENS_ANSWER_BUDGET_SECONDS: '18',
    });
  });

  test('leaves out the platforms that have no secret', () => {
    const names = Object.keys(environmentOf('register', {}));
    expect(names.filter((name) => name.startsWith('ENS_APPLICATION'))).toEqual([]);
  });

  test('has Exchange call the custom domain where there is one', () => {
    expect(environmentOf('register', VARIANTS['custom-domain']).ENS_CALLBACK_BASE_URL).toBe(
      'https://ens.example.com/api/ens/callback',
    );
  });
});
