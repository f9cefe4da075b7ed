/** A statement of an IAM policy as a template spells it, with every intrinsic already resolved. */
export interface PolicyStatement {
  readonly Sid?: string | undefined;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, ConditionBlock>> | undefined;
}

type ConditionBlock = Readonly<Record<string, string | boolean | readonly string[]>>;

/** Condition keys of one request, for example `kms:EncryptionContext:app`. A list makes a key multi-valued. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

export type Decision =
  /** `action` and `resource`: the patterns of the allowing statement that matched. */
  | { readonly allowed: true; readonly action: string; readonly resource: string }
  | { readonly allowed: false; readonly explicit: boolean };

/**
 * Decides as IAM does for one identity-based policy: an explicit Deny wins, then any Allow, else no.
 * Throws on statement elements and condition operators that it does not know: a policy must not pass here by
 * being misunderstood.
 */
export function evaluate(
  statements: readonly PolicyStatement[],
  action: string,
  resource: string,
  context: RequestContext = {},
): Decision {
  const matches = statements.flatMap((statement) => {
    refuseUnknownElements(statement);
    const byAction = list(statement.Action).find((one) => wildcard(one, action, true));
    const byResource = list(statement.Resource).find((one) => wildcard(one, resource, false));
    if (byAction === undefined || byResource === undefined) return [];
    if (!conditionsHold(statement.Condition ?? {}, context)) return [];
    return [{ effect: statement.Effect, action: byAction, resource: byResource }];
  });
  if (matches.some(({ effect }) => effect === 'Deny')) return { allowed: false, explicit: true };
  const [allow] = matches;
  if (allow === undefined) return { allowed: false, explicit: false };
  return { allowed: true, action: allow.action, resource: allow.resource };
}

/** The words of AWS's own refusal; `roleArn` becomes the assumed-role form that AWS shows. */
export function denialMessage(
  roleArn: string,
  session: string,
  action: string,
  resource: string,
  deniedBy: 'identity-based' | 'resource-based' | undefined,
): string {
  const account = roleArn.split(':')[4] ?? '';
  const role = roleArn.split('/').at(-1) ?? '';
  const why =
    deniedBy === undefined
      ? `because no identity-based policy allows the ${action} action`
      : `with an explicit deny in ${deniedBy === 'identity-based' ? 'an' : 'a'} ${deniedBy} policy`;
  return `User: arn:aws:sts::${account}:assumed-role/${role}/${session} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
}

const ELEMENTS = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition']);

function refuseUnknownElements(statement: PolicyStatement): void {
  const unknown = Object.keys(statement).find((key) => !ELEMENTS.has(key));
  if (unknown !== undefined) throw new Error(`IAM statement element ${unknown} is not understood here`);
  if (list(statement.Resource).some((one) => one.includes('${'))) {
    throw new Error('IAM policy variables are not understood here');
  }
}

/** A policy writes one as a string and several as a list. */
export function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

/** `*` and `?` as IAM reads them. Actions ignore case, resources do not. */
function wildcard(pattern: string, value: string, ignoreCase: boolean): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, ignoreCase ? 'is' : 's').test(value);
}

function conditionsHold(
  condition: Readonly<Record<string, ConditionBlock>>,
  context: RequestContext,
): boolean {
  const keys = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), list(value)]));
  return Object.entries(condition).every(([operator, block]) =>
    Object.entries(block).every(([key, expected]) => {
      const wanted = typeof expected === 'boolean' ? [String(expected)] : list(expected);
      return holds(operator, wanted, keys.get(key.toLowerCase()));
    }),
  );
}

function holds(operator: string, wanted: readonly string[], actual: readonly string[] | undefined): boolean {
  if (operator === 'Null') return wanted.includes(String(actual === undefined));
  const [, set, name, ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(String\w+?|Arn\w+?|Bool)(IfExists)?$/.exec(operator) ?? [];
  if (name === undefined) throw new Error(`IAM condition operator ${operator} is not understood here`);
  const test = comparison(name);
  const negated = name.includes('Not');
  const one = (value: string) =>
    negated ? wanted.every((w) => !test(w, value)) : wanted.some((w) => test(w, value));
  // An absent key: ForAllValues holds, IfExists holds, a negated operator holds, everything else does not.
  if (actual === undefined) {
    return set === 'ForAllValues' || ifExists !== undefined || (negated && set === undefined);
  }
  if (set === 'ForAllValues') return actual.every(one);
  if (set === 'ForAnyValue') return actual.some(one);
  return negated ? actual.every(one) : actual.some(one);
}

function comparison(name: string): (wanted: string, value: string) => boolean {
  switch (name.replace('Not', '')) {
    case 'StringEquals':
      return (wanted, value) => wanted === value;
    case 'StringEqualsIgnoreCase':
    case 'Bool':
      return (wanted, value) => wanted.toLowerCase() === value.toLowerCase();
    case 'StringLike':
    case 'ArnLike':
    case 'ArnEquals':
      return (wanted, value) => wildcard(wanted, value, false);
    default:
      throw new Error(`IAM condition operator ${name} is not understood here`);
  }
}
