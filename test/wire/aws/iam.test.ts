import { describe, expect, it } from '@jest/globals';
import { unusedGrants } from '../../../local/aws/gate.ts';
import { denialMessage, evaluate, type PolicyStatement } from '../../../local/aws/iam.ts';

const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/1';

function allow(rest: Partial<PolicyStatement> = {}): PolicyStatement {
  return { Effect: 'Allow', Action: 'kms:Decrypt', Resource: KEY, ...rest };
}

function allowed(
  statements: PolicyStatement[],
  context = {},
  action = 'kms:Decrypt',
  resource = KEY,
): boolean {
  return evaluate(statements, action, resource, context).allowed;
}

describe('a statement', () => {
  it.each([
    ['kms:Decrypt', KEY, true],
    ['KMS:decrypt', KEY, true],
    ['kms:*', KEY, true],
    ['kms:Decryp?', KEY, true],
    ['*', '*', true],
    ['kms:Encrypt', KEY, false],
    ['kms:Decrypt', `${KEY}2`, false],
    ['kms:Decrypt', 'arn:aws:kms:eu-central-1:123456789012:key/*', true],
    ['kms:Decrypt', KEY.toUpperCase(), false],
    ['kms.Decrypt', KEY, false],
  ])('of %s on %s allows a Decrypt: %s', (Action, Resource, expected) => {
    expect(allowed([allow({ Action, Resource })])).toBe(expected);
  });

  it('among others names the patterns that matched', () => {
    const statement = allow({ Action: ['kms:Encrypt', 'kms:De*'], Resource: ['arn:other', KEY] });
    expect(evaluate([statement], 'kms:Decrypt', KEY)).toEqual({
      allowed: true,
      action: 'kms:De*',
      resource: KEY,
    });
  });

  it('that denies wins over any that allows', () => {
    expect(evaluate([allow(), allow({ Effect: 'Deny' })], 'kms:Decrypt', KEY)).toEqual({
      allowed: false,
      explicit: true,
    });
  });

  it('allows nothing by its absence', () => {
    expect(evaluate([], 'kms:Decrypt', KEY)).toEqual({ allowed: false, explicit: false });
  });
});

describe('a condition', () => {
  const APP = 'kms:EncryptionContext:app';
  const KEYS = 'kms:EncryptionContextKeys';
  it.each([
    ['StringEquals', { [APP]: 'ens' }, { [APP]: 'ens' }, true],
    ['StringEquals', { [APP]: ['other', 'ens'] }, { [APP]: 'ens' }, true],
    ['StringEquals', { [APP]: 'ens' }, { [APP]: 'ENS' }, false],
    ['StringEquals', { [APP]: 'ens' }, {}, false],
    ['StringEqualsIfExists', { [APP]: 'ens' }, {}, true],
    ['StringEquals', { 'KMS:encryptioncontext:APP': 'ens' }, { [APP]: 'ens' }, true],
    ['StringEqualsIgnoreCase', { [APP]: 'ens' }, { [APP]: 'ENS' }, true],
    ['StringLike', { [APP]: 'e*' }, { [APP]: 'ens' }, true],
    ['StringLike', { [APP]: 'E*' }, { [APP]: 'ens' }, false],
    ['StringNotEquals', { [APP]: ['a', 'b'] }, { [APP]: 'ens' }, true],
    ['StringNotEquals', { [APP]: ['a', 'ens'] }, { [APP]: 'ens' }, false],
    ['StringNotEquals', { [APP]: 'ens' }, {}, true],
    ['StringNotLike', { [APP]: 'e*' }, { [APP]: 'ens' }, false],
    ['ForAllValues:StringEquals', { [KEYS]: ['a', 'b'] }, { [KEYS]: ['a'] }, true],
    ['ForAllValues:StringEquals', { [KEYS]: ['a', 'b'] }, { [KEYS]: ['a', 'c'] }, false],
    ['ForAllValues:StringEquals', { [KEYS]: ['a'] }, {}, true],
    ['ForAnyValue:StringEquals', { [KEYS]: ['a'] }, { [KEYS]: ['c', 'a'] }, true],
    ['ForAnyValue:StringEquals', { [KEYS]: ['a'] }, { [KEYS]: ['c'] }, false],
    ['ForAnyValue:StringEquals', { [KEYS]: ['a'] }, {}, false],
    ['Null', { [APP]: 'true' }, {}, true],
    ['Null', { [APP]: false }, { [APP]: 'ens' }, true],
    ['Null', { [APP]: 'false' }, {}, false],
  ])('%s %j on %j holds: %s', (operator, block, context, expected) => {
    expect(allowed([allow({ Condition: { [operator]: block } })], context)).toBe(expected);
  });

  it('holds only if every operator and every key in it holds', () => {
    const Condition = { StringEquals: { [APP]: 'ens', other: 'x' }, Null: { [KEYS]: 'false' } };
    expect(allowed([allow({ Condition })], { [APP]: 'ens', other: 'x', [KEYS]: ['app'] })).toBe(true);
    expect(allowed([allow({ Condition })], { [APP]: 'ens', [KEYS]: ['app'] })).toBe(false);
    expect(allowed([allow({ Condition })], { [APP]: 'ens', other: 'x' })).toBe(false);
  });

  it.each(['NumericEquals', 'StringMatches', 'DateLessThan', 'ForEachValue:StringEquals'])(
    'with the unknown operator %s is an error, not a permission',
    (operator) => {
      const statement = allow({ Condition: { [operator]: { [APP]: '1' } } });
      expect(() => allowed([statement], { [APP]: '1' })).toThrow(/is not understood here/);
    },
  );
});

it('refuses policies with elements or variables that it does not read', () => {
  const strange = { ...allow(), NotAction: 'kms:Encrypt' };
  expect(() => allowed([strange])).toThrow('IAM statement element NotAction is not understood here');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a policy writes a variable.
  expect(() => allowed([allow({ Resource: 'arn:aws:s3:::${aws:username}' })])).toThrow('policy variables');
});

it('denies in the words of AWS', () => {
  const role = 'arn:aws:iam::123456789012:role/path/EnsRole';
  expect(denialMessage(role, 'callback', 'kms:Decrypt', KEY, undefined)).toBe(
    `User: arn:aws:sts::123456789012:assumed-role/EnsRole/callback is not authorized to perform: kms:Decrypt on resource: ${KEY} because no identity-based policy allows the kms:Decrypt action`,
  );
  expect(denialMessage(role, 'callback', 'kms:Decrypt', KEY, 'identity-based')).toMatch(
    / with an explicit deny in an identity-based policy$/,
  );
});

it('tells which permissions nobody has used', () => {
  const roleArn = 'arn:aws:iam::123456789012:role/r';
  const statements = [
    allow({ Action: ['kms:Decrypt', 'kms:Encrypt'] }),
    allow({ Effect: 'Deny', Action: 'kms:DescribeKey' }),
  ];
  expect(
    unusedGrants([{ roleArn, statements }], [{ roleArn, action: 'kms:Decrypt', resource: KEY }]),
  ).toEqual([{ roleArn, action: 'kms:Encrypt', resource: KEY }]);
});
