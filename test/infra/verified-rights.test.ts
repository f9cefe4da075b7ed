import { expect, test } from '@jest/globals';
import { RIGHTS } from '../../bin/ens/verify/rights.ts';
import { synthesise, VARIANTS } from './support/synthesise.ts';
import { statementsOf } from './support/template.ts';

/** Log delivery, Lambda's network interfaces, and what the deployment itself has used. */
const NOT_VERIFIED = /^(?:logs|ec2):/;

test('the command verify simulates every call that a role of the template allows', () => {
  const { service } = synthesise(VARIANTS['push-secrets']);
  const granted = [...statementsOf(service)]
    .filter(([functionId]) => functionId !== 'push-applications')
    .flatMap(([functionId, statements]) =>
      statements.flatMap(({ actions }) => actions.map((action) => `${functionId} ${action}`)),
    )
    .filter((right) => !NOT_VERIFIED.test(right.split(' ')[1] ?? ''));
  const simulated = RIGHTS.filter(({ denied }) => denied !== true).map(
    ({ functionId, action }) => `${functionId} ${action}`,
  );
  expect([...new Set(simulated)].sort()).toEqual([...new Set(granted)].sort());
});

test('the command verify simulates that nobody opens key material of another context', () => {
  const denied = RIGHTS.filter((right) => right.denied === true).map(({ functionId }) => functionId);
  expect(denied).toEqual(['register', 'callback']);
});
