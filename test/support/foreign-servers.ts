import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from '@jest/globals';

const MODULES = '/usr/lib/apache2/modules';

/** Programs that other people wrote, as Debian installs them: what to look for, and the packages that bring it. */
export const FOREIGN = {
  apache: { files: ['/usr/sbin/apache2'], packages: 'apache2' },
  apacheNtlm: {
    files: [
      '/usr/sbin/apache2',
      `${MODULES}/mod_auth_gssapi.so`,
      `${MODULES}/mod_wsgi.so`,
      '/etc/gss/mech.d/mech.ntlmssp.conf',
    ],
    packages: 'apache2 libapache2-mod-auth-gssapi libapache2-mod-wsgi-py3 gss-ntlmssp',
  },
  nginx: { files: ['/usr/sbin/nginx'], packages: 'nginx' },
  exchangelib: {
    files: ['/usr/bin/python3', '/usr/lib/python3/dist-packages/exchangelib/__init__.py'],
    packages: 'python3-exchangelib',
  },
  samba: { files: ['/usr/bin/ntlm_auth'], packages: 'winbind' },
} as const;
export type Foreign = (typeof FOREIGN)[keyof typeof FOREIGN];

/** A test that needs a foreign program; a note in the list of tests where it is not installed. */
export function foreignTest(needs: Foreign, title: string, body: () => Promise<void>): void {
  if (needs.files.every((file) => existsSync(file))) {
    test(title, body, 20_000);
  } else {
    test.todo(`${title} (needs: apt-get install ${needs.packages})`);
  }
}

export interface ForeignServer {
  readonly port: number;
}

export interface ForeignConfig {
  /** Names of Apache modules without `mod_` and `.so`. */
  readonly modules?: readonly string[];
  /** Files to write beside the configuration, by name; `{folder}` in the configuration is where they are. */
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Inside the server block. */
  readonly directives: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly folder: string;
}

/** Starts Apache or nginx in the foreground on a free loopback port; each ends with its test. */
export function useForeignServers(): {
  apache(config: ForeignConfig): Promise<ForeignServer>;
  nginx(config: ForeignConfig): Promise<ForeignServer>;
} {
  const running: Running[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map(stop));
  });

  async function start(
    config: ForeignConfig,
    program: (place: { readonly port: number; readonly folder: string }) => Program,
  ): Promise<ForeignServer> {
    const folder = await mkdtemp(join(tmpdir(), 'ens-foreign-'));
    const port = await freePort();
    const { command, text, ready } = program({ port, folder });
    await chmod(folder, 0o755);
    await writeFile(join(folder, 'server.conf'), text.replaceAll('{folder}', folder));
    for (const [name, content] of Object.entries(config.files ?? {})) {
      await writeFile(join(folder, name), content);
    }
    const [file = '', ...args] = command;
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        LC_ALL: 'C.UTF-8',
        ...mapValues(config.environment ?? {}, (value) => value.replaceAll('{folder}', folder)),
      },
    });
    running.push({ child, folder });
    await said(child, ready);
    return { port };
  }

  return {
    apache: (config) => start(config, (place) => apacheProgram(config, place)),
    nginx: (config) => start(config, (place) => nginxProgram(config, place)),
  };
}

interface Program {
  readonly command: readonly string[];
  readonly text: string;
  readonly ready: RegExp;
}

type Place = { readonly port: number; readonly folder: string };

function apacheProgram({ modules = [], directives }: ForeignConfig, { port, folder }: Place): Program {
  const common = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'proxy', 'proxy_http'];
  return {
    command: ['/usr/sbin/apache2', '-DFOREGROUND', '-f', join(folder, 'server.conf')],
    ready: /resuming normal operations/,
    text: [
      `ServerRoot ${folder}`,
      'ServerName localhost',
      `PidFile ${folder}/pid`,
      'ErrorLog "|/bin/cat"',
      'LogLevel notice',
      `Listen 127.0.0.1:${port}`,
      ...(userInfo().uid === 0 ? ['User www-data', 'Group www-data'] : []),
      ...[...common, ...modules].map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
      directives,
      '',
    ].join('\n'),
  };
}

function nginxProgram({ directives }: ForeignConfig, { port, folder }: Place): Program {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return {
    command: ['/usr/sbin/nginx', '-e', 'stderr', '-c', join(folder, 'server.conf')],
    ready: /start worker process/,
    text: [
      'daemon off;',
      `pid ${folder}/pid;`,
      'error_log stderr notice;',
      'events {}',
      'http {',
      'access_log off;',
      ...temporary.map((name) => `${name}_temp_path ${folder}/${name};`),
      `server { listen 127.0.0.1:${port} ssl;`,
      directives,
      '} }',
      '',
    ].join('\n'),
  };
}

/** Resolves when the program says that it is ready; rejects with what it said where it ends before. */
function said(child: ChildProcess, ready: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const listen = (chunk: Buffer): void => {
      text += chunk.toString('utf8');
      if (ready.test(text)) {
        resolve();
      }
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the foreign server has ended: ${text}`)));
  });
}

async function stop({ child, folder }: Running): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function mapValues(
  record: Readonly<Record<string, string>>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
