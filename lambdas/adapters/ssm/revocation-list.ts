import {
  DeleteParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  type Parameter,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { dependencyUnavailable } from '#adapters/aws-errors.ts';
import type { Revocation, RevocationList } from '#domain/ports/revocations.ts';

/** Parameters of the standard tier, which cost nothing, hold 4,096 characters. */
const PARAMETER_CHARACTERS = 4_096;
const DELETED_AT_ONCE = 10;

const LETTERS = { token: 't', 'key-pair': 'k', device: 'd' } as const;
const ENTRY = /([tkd])([A-Za-z0-9_-]{22})/g;
const ENTRY_CHARACTERS = 23;

export interface RevocationListOptions {
  readonly client: SSMClient;
  /** `/ens/<stage>/revoked`; below it `marker` and `list/<day>/<number>`. */
  readonly path: string;
}

interface Page {
  readonly day: string;
  readonly number: number;
  readonly name: string;
  readonly text: string;
}

/**
 * The list of what must stay revoked in Parameter Store, outside the database and its backups. Every entry is a
 * letter for its kind and an id of ours; a parameter is a day's next 178. One writer at a time: upkeep.
 */
export function createRevocationList({ client, path }: RevocationListOptions): RevocationList {
  const nameOf = (day: string, number: number) => `${path}/list/${day}/${number}`;

  async function readPages(): Promise<readonly Page[]> {
    const pages: Page[] = [];
    let NextToken: string | undefined;
    do {
      const command = new GetParametersByPathCommand({ Path: `${path}/list`, Recursive: true, NextToken });
      const answer = await sent(client.send(command));
      pages.push(...(answer.Parameters ?? []).flatMap(asPage));
      ({ NextToken } = answer);
    } while (NextToken !== undefined);
    return pages.sort((left, right) => left.day.localeCompare(right.day) || left.number - right.number);
  }

  async function put(name: string, text: string): Promise<void> {
    await sent(
      client.send(new PutParameterCommand({ Name: name, Value: text, Type: 'String', Overwrite: true })),
    );
  }

  async function forget(pages: readonly Page[]): Promise<void> {
    for (let from = 0; from < pages.length; from += DELETED_AT_ONCE) {
      const Names = pages.slice(from, from + DELETED_AT_ONCE).map(({ name }) => name);
      await sent(client.send(new DeleteParametersCommand({ Names })));
    }
  }

  return {
    async marker() {
      const answer = await sent(
        client.send(new GetParameterCommand({ Name: `${path}/marker` })).catch((error: unknown) => {
          if (error instanceof Error && error.name === 'ParameterNotFound') return undefined;
          throw error;
        }),
      );
      return answer?.Parameter?.Value;
    },
    all: async () => (await readPages()).flatMap(({ text }) => entriesIn(text)),
    async add(revocations, marker, { now, before }) {
      const pages = await readPages();
      const today = dayOf(now);
      const last = pages.findLast(({ day }) => day === today) ?? { number: 0, text: '' };
      const perPage = Math.floor(PARAMETER_CHARACTERS / ENTRY_CHARACTERS);
      const entries = [...entriesIn(last.text), ...revocations];
      for (let from = 0; from < entries.length; from += perPage) {
        const text = entries
          .slice(from, from + perPage)
          .map(entryOf)
          .join('');
        await put(nameOf(today, last.number + from / perPage), text);
      }
      await forget(pages.filter(({ day }) => day < dayOf(before)));
      await put(`${path}/marker`, marker);
    },
  };
}

async function sent<T>(call: Promise<T>): Promise<T> {
  return await call.catch((error: unknown) => {
    throw dependencyUnavailable('parameters', error);
  });
}

function asPage({ Name = '', Value = '' }: Parameter): readonly Page[] {
  const [, day, number] = /\/list\/(\d{4}-\d\d-\d\d)\/(\d+)$/.exec(Name) ?? [];
  if (day === undefined || number === undefined) return [];
  return [{ day, number: Number(number), name: Name, text: Value }];
}

function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

function entryOf({ kind, id }: Revocation): string {
  return `${LETTERS[kind]}${Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')}`;
}

function entriesIn(text: string): readonly Revocation[] {
  return [...text.matchAll(ENTRY)].flatMap(([, letter, bytes = '']) => {
    const kind = letter === 't' ? 'token' : letter === 'k' ? 'key-pair' : 'device';
    const hex = Buffer.from(bytes, 'base64url').toString('hex');
    return [{ kind, id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') } as const];
  });
}
