import { createConnection, type Socket } from 'node:net';
import type { Database, Parameter, Parameters } from '#adapters/data-api/database.ts';
import { prepareSql } from '../../../local/aws/rds-data/named-parameters.ts';

/**
 * The least of PostgreSQL's protocol 3.0 that runs our statements as the Data API does: text in, text out, every
 * parameter with an explicit type (PostgreSQL documentation, chapter 55, "Frontend/Backend Protocol").
 */
export interface PostgresClient extends Database {
  /** A statement without parameters and of any result, for set-up. */
  execute(sql: string): Promise<void>;
  close(): void;
}

const PROTOCOL = 196_608;
const OID = { text: 25, bigint: 20, boolean: 16, bytea: 17 } as const;

interface Reply {
  readonly type: string;
  readonly body: Buffer;
}

export async function connectPostgres(socketPath: string, databaseName: string): Promise<PostgresClient> {
  const socket = createConnection(socketPath);
  const replies = readReplies(socket);
  socket.write(startup(databaseName));
  await untilReady(replies);

  async function ask(message: Buffer): Promise<readonly Buffer[]> {
    socket.write(message);
    return untilReady(replies);
  }

  return {
    async run(sql, parameters = {}) {
      const rows = await ask(extended(sql, parameters));
      return rows.map((row) => readColumn(row));
    },
    async execute(sql) {
      await ask(message('Q', text(sql)));
    },
    close: () => void socket.end(message('X', Buffer.alloc(0))),
  };
}

function extended(source: string, parameters: Parameters): Buffer {
  const { sql, names } = prepareSql(source);
  const values = names.map((name) => parameters[name]);
  const parse = [text(''), text(sql), int16(values.length), ...values.map((value) => int32(oidOf(value)))];
  const bind = [text(''), text(''), int16(0), int16(values.length), ...values.map(encoded), int16(0)];
  return Buffer.concat([
    message('P', ...parse),
    message('B', ...bind),
    message('E', text(''), int32(0)),
    message('S'),
  ]);
}

function oidOf(value: Parameter): number {
  if (typeof value === 'number') return OID.bigint;
  if (typeof value === 'boolean') return OID.boolean;
  return value instanceof Uint8Array ? OID.bytea : OID.text;
}

function encoded(value: Parameter): Buffer {
  if (value === undefined) return int32(-1);
  const bytes = Buffer.from(
    value instanceof Uint8Array
      ? `\\x${Buffer.from(value).toString('hex')}`
      : String(typeof value === 'number' ? Math.round(value) : value),
  );
  return Buffer.concat([int32(bytes.length), bytes]);
}

/** First column of a DataRow: JSON as text, parsed; undefined for NULL. */
function readColumn(row: Buffer): unknown {
  const length = row.readInt32BE(2);
  return length === -1 ? undefined : JSON.parse(row.toString('utf8', 6, 6 + length));
}

/** The DataRows up to ReadyForQuery. Rejects with the server's message. */
async function untilReady(replies: () => Promise<Reply>): Promise<readonly Buffer[]> {
  const rows: Buffer[] = [];
  let failure: string | undefined;
  for (;;) {
    const { type, body } = await replies();
    if (type === 'D') rows.push(body);
    if (type === 'E') failure = body.toString('utf8').replaceAll('\0', ' ');
    if (type !== 'Z') continue;
    if (failure !== undefined) throw new Error(`PostgreSQL: ${failure}`);
    return rows;
  }
}

function readReplies(socket: Socket): () => Promise<Reply> {
  let buffered = Buffer.alloc(0);
  let failure: Error | undefined;
  let wake = () => {};
  socket.on('data', (chunk) => {
    buffered = Buffer.concat([buffered, Buffer.from(chunk)]);
    wake();
  });
  socket.on('error', (error) => {
    failure = error;
    wake();
  });
  return async () => {
    for (;;) {
      if (failure !== undefined) throw failure;
      const length = buffered.length < 5 ? Number.POSITIVE_INFINITY : buffered.readInt32BE(1) + 1;
      if (buffered.length >= length) {
        const reply = { type: String.fromCharCode(buffered[0] ?? 0), body: buffered.subarray(5, length) };
        buffered = buffered.subarray(length);
        return reply;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
}

function startup(databaseName: string): Buffer {
  const body = Buffer.concat([
    int32(PROTOCOL),
    ...['user', 'postgres', 'database', databaseName].map(text),
    Buffer.alloc(1),
  ]);
  return Buffer.concat([int32(body.length + 4), body]);
}

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
