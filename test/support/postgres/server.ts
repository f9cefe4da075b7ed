import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A PostgreSQL server in a temporary folder, of one test file or of the bench. */
export interface PostgresServer {
  /** Holds the Unix socket; the server listens nowhere else. */
  readonly folder: string;
  readonly socketPath: string;
  readonly version: string;
  stop(): Promise<void>;
}

const DEBIAN = '/usr/lib/postgresql';
const PORT = 5432;

export interface PostgresOptions {
  /** pg_hba.conf; absent: everybody is trusted. */
  readonly access?: string | undefined;
  /** Lines of postgresql.conf. */
  readonly settings?: readonly string[];
}

/** Whether `startPostgres` finds a server on this machine. */
export function postgresIsInstalled(): boolean {
  return findBinaries() !== undefined;
}

/**
 * Undefined where no PostgreSQL is installed; `HOW_TO_INSTALL` says what to do. The
 * administrator is `postgres`.
 */
export async function startPostgres({
  access,
  settings = [],
}: PostgresOptions = {}): Promise<PostgresServer | undefined> {
  const bin = findBinaries();
  if (bin === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'ens-postgres-'));
  const owner = unprivileged();
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const as = owner === undefined ? {} : owner;
  const data = join(folder, 'data');
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--locale=C.UTF-8', '-E', 'UTF8'],
    { ...as, stdio: 'ignore' },
  );
  const configuration = [
    'listen_addresses=',
    `unix_socket_directories=${folder}`,
    'shared_buffers=128MB',
    'max_wal_size=4GB',
    'timezone=UTC',
    ...settings,
  ];
  if (access !== undefined) writeFileSync(join(data, 'pg_hba.conf'), access);
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, ...configuration.flatMap((each) => ['-c', each])],
    {
      ...as,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const said: string[] = [];
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.push(text);
    if (text.includes('ready to accept connections')) resolve();
  });
  const ended = new Promise<void>((done) => server.once('close', () => done()));
  void ended.then(() => reject(new Error(`PostgreSQL ended:\n${said.join('')}`)));
  await ready;
  return {
    folder,
    socketPath: join(folder, `.s.PGSQL.${PORT}`),
    version: execFileSync(join(bin, 'postgres'), ['--version']).toString().trim(),
    async stop() {
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const HOW_TO_INSTALL =
  'no PostgreSQL server found: install one (Debian: apt-get install postgresql) or put its `postgres` and `initdb` into PATH';

function findBinaries(): string | undefined {
  const debian = existsSync(DEBIAN)
    ? readdirSync(DEBIAN)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(DEBIAN, version, 'bin'))
    : [];
  return [...debian, ...(process.env.PATH ?? '').split(':')].find((folder) =>
    ['postgres', 'initdb'].every((name) => existsSync(join(folder, name))),
  );
}

/** PostgreSQL refuses to run as root: then as Debian's user for it, or as nobody. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (what: string) =>
        Number(execFileSync('id', [what, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // No such user.
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is no user `postgres` or `nobody`');
}
