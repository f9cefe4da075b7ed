import type { WorldClock } from '../../world/clock.ts';
import { AwsError, isList, type JsonObject, type Operation, text } from '../wire.ts';

const PAGE = 10;
const STANDARD_TIER_CHARACTERS = 4_096;

interface Stored {
  readonly value: string;
  readonly version: number;
  readonly modifiedMs: number;
}

export interface ParameterStore {
  answer(operation: Operation): JsonObject;
  /** Every parameter with its value, for the world and for tests. */
  all(): Readonly<Record<string, string>>;
}

/** GetParameter, GetParametersByPath, PutParameter and DeleteParameters of Parameter Store, for plain texts. */
export function createParameterStore(options: {
  readonly clock: WorldClock;
  readonly region: string;
  readonly accountId: string;
}): ParameterStore {
  const stored = new Map<string, Stored>();
  const arnOf = (name: string) =>
    `arn:aws:ssm:${options.region}:${options.accountId}:parameter${name.startsWith('/') ? name : `/${name}`}`;

  function shown(name: string, { value, version, modifiedMs }: Stored): JsonObject {
    return {
      Name: name,
      Type: 'String',
      Value: value,
      Version: version,
      LastModifiedDate: modifiedMs / 1000,
      ARN: arnOf(name),
      DataType: 'text',
    };
  }

  function get(input: JsonObject): JsonObject {
    const name = text(input, 'Name') ?? '';
    const found = stored.get(name);
    if (found === undefined) throw new AwsError('ParameterNotFound', 400, '');
    return { Parameter: shown(name, found) };
  }

  function byPath(input: JsonObject): JsonObject {
    const path = text(input, 'Path') ?? '';
    const below = [...stored.keys()]
      .filter((name) => name.startsWith(`${path.replace(/\/$/, '')}/`))
      .filter((name) => input.Recursive === true || !name.slice(path.length + 1).includes('/'))
      .sort();
    const from = Number(text(input, 'NextToken') ?? '0');
    const page = below.slice(from, from + PAGE).flatMap((name) => {
      const found = stored.get(name);
      return found === undefined ? [] : [shown(name, found)];
    });
    const more = from + PAGE < below.length ? { NextToken: String(from + PAGE) } : {};
    return { Parameters: page, ...more };
  }

  function put(input: JsonObject): JsonObject {
    const name = text(input, 'Name') ?? '';
    const value = text(input, 'Value') ?? '';
    const before = stored.get(name);
    if (before !== undefined && input.Overwrite !== true)
      throw new AwsError('ParameterAlreadyExists', 400, 'The parameter already exists.');
    if (value === '' || value.length > STANDARD_TIER_CHARACTERS)
      throw new AwsError(
        'ValidationException',
        400,
        'Standard tier parameters support a maximum parameter value of 4096 characters.',
      );
    const version = (before?.version ?? 0) + 1;
    stored.set(name, { value, version, modifiedMs: options.clock.now() });
    return { Version: version, Tier: 'Standard' };
  }

  function remove(names: readonly string[]): JsonObject {
    const known = names.filter((name) => stored.delete(name));
    return { DeletedParameters: known, InvalidParameters: names.filter((name) => !known.includes(name)) };
  }

  return {
    answer({ action, input, authorize }) {
      const names = isList(input.Names) ? input.Names.map(String) : [];
      const asked =
        action === 'DeleteParameters' ? names : [text(input, 'Name') ?? text(input, 'Path') ?? ''];
      for (const name of asked) authorize(`ssm:${action}`, arnOf(name));
      switch (action) {
        case 'GetParameter':
          return get(input);
        case 'GetParametersByPath':
          return byPath(input);
        case 'PutParameter':
          return put(input);
        case 'DeleteParameters':
          return remove(names);
        default:
          throw new AwsError('UnknownOperationException', 400, '');
      }
    },
    all: () => Object.fromEntries([...stored].map(([name, { value }]) => [name, value])),
  };
}
