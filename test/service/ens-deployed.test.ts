import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { createAuthority } from '../../local/exchange/tls/certificates.ts';
import { listenTls, type TlsListener } from '../../local/exchange/tls/listen-tls.ts';
import { OPERATOR_ACCESS_KEY_ID } from '../../local/world/principals.ts';
import { runEns, spawnEns } from '../support/ens-cli.ts';
import { type ScriptedServer, startScriptedServer } from '../support/scripted-server.ts';
import { API_TOKEN, useWorld } from '../support/world.ts';

const world = useWorld();

const folder = mkdtempSync(join(tmpdir(), 'ens-deployed-'));
afterAll(() => rmSync(folder, { recursive: true }));

let cloudFormation: ScriptedServer | undefined;
let front: TlsListener | undefined;
afterEach(async () => {
  await cloudFormation?.close();
  front?.close();
});

const NOBODY = { HOME: '/nonexistent', AWS_REGION: 'eu-central-1', AWS_EC2_METADATA_DISABLED: 'true' };

/** Runs `work` with this environment and no other. */
async function inShell<T>(env: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  const become = (wanted: Readonly<Record<string, string | undefined>>) => {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, wanted);
  };
  become(env);
  try {
    return await work();
  } finally {
    become(before);
  }
}

function describeStacks(outputs: Readonly<Record<string, string>>): string {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return (
    '<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult>' +
    '<Stacks><member><StackName>ens-local-service</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime>' +
    `<StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member></Stacks>` +
    '</DescribeStacksResult></DescribeStacksResponse>'
  );
}

function refusal(code: string): string {
  return `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>said so</Message></Error><RequestId>r</RequestId></ErrorResponse>`;
}

/** An operator's shell: credentials and region in the environment, and every AWS endpoint on this machine. */
async function operatorShell(status: number, body: string): Promise<Record<string, string>> {
  cloudFormation = await startScriptedServer(() => ({
    status,
    headers: { 'content-type': 'text/xml' },
    body,
  }));
  const { aws, origin } = world().world;
  return {
    HOME: '/nonexistent',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: OPERATOR_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: aws.origin,
    AWS_ENDPOINT_URL_LAMBDA: `${origin}/local/lambda`,
    AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.origin,
  };
}

describe('a deployed stack', () => {
  test('is found by its outputs with the operator’s own credentials, and works like the local world', async () => {
    const { phone, registrationId } = await world().registerPhone();
    const env = await operatorShell(200, describeStacks(world().world.outputs()));
    const status = await spawnEns(['status', '--stage', 'local'], { env });
    expect(status).toMatchObject({ code: 0, err: '' });
    expect(status.out).toMatch(/^ENS, stage local\n/);
    expect(cloudFormation?.seen[0]?.body).toContain('StackName=ens-local-service');
    expect(await spawnEns(['wake', registrationId, '--stage', 'local'], { env })).toMatchObject({ code: 0 });
    expect(await world().waitForNotifications(phone, 1)).toHaveLength(1);
  });

  test.each([
    ['ValidationError', /^There is no stack ens-prod-service in this account and region\.\nCheck --stage/],
    [
      'AccessDenied',
      /^These credentials may not describe the stack ens-prod-service \(AccessDenied\)\.\ndocs\//,
    ],
    ['ExpiredToken', /^AWS does not accept these credentials \(ExpiredToken\)\.\nSign in again\./],
  ])('that cannot be read because of %s is explained', async (code, sentence) => {
    const env = await operatorShell(400, refusal(code));
    const result = await inShell(env, () => runEns('status'));
    expect(result.err).toMatch(sentence);
    expect(result).toMatchObject({ code: 3, out: '' });
  });

  test('of an older version is told to be deployed first', async () => {
    const env = await operatorShell(
      200,
      describeStacks({ ENSLinkAddress: 'https://ens.example.com/api/ens' }),
    );
    const { code, err } = await inShell(env, () => runEns('status'));
    expect(err).toMatch(/has not all outputs .*RegisterFunctionName.*\nDeploy this version first/);
    expect(code).toBe(3);
  });
});

describe('a doctor without access to the deployment', () => {
  const authority = createAuthority('Public Authority');

  /** The API behind TLS, with a certificate for `host`. */
  async function serve(host: string): Promise<string> {
    front = await listenTls(
      (request, response, path) => {
        const { method, headers } = request;
        const inner = httpRequest(new URL(path, world().world.origin), { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        request.pipe(inner);
      },
      authority.issue({ commonName: host, hosts: [host] }),
    );
    return `https://localhost:${front.port}/api/ens`;
  }

  /** Node reads the authorities that it trusts at its start: to trust one more takes a process of its own. */
  async function examine(link: string, env: Readonly<Record<string, string>> = {}) {
    const args = ['doctor', '--json', '--link', link, '--token', API_TOKEN];
    const { out, code } =
      Object.keys(env).length === 0
        ? await inShell(NOBODY, () => runEns(...args))
        : await spawnEns(args, { env: { ...NOBODY, ...env } });
    const { checks } = JSON.parse(out);
    return { code, checks: new Map(checks.map((check: { check: string }) => [check.check, check])) };
  }

  function trusting(): Record<string, string> {
    const file = join(folder, 'authority.pem');
    writeFileSync(file, authority.certificate);
    return { NODE_EXTRA_CA_CERTS: file };
  }

  test('checks all that a client sees, and says what it could not check and why', async () => {
    const { code, checks } = await examine(await serve('localhost'), trusting());
    expect(checks.get('link')).toMatchObject({
      verdict: 'ok',
      reason: expect.stringMatching(
        /^localhost resolves and speaks TLS with a public certificate, valid until/,
      ),
    });
    for (const check of ['alive', 'token', 'health'])
      expect(checks.get(check)).toMatchObject({ verdict: 'ok' });
    expect(checks.get('probe')).toMatchObject({
      verdict: 'skipped',
      reason: expect.stringMatching(/^It needs access to the deployment\. No AWS credentials were found/),
    });
    expect(code).toBe(0);
  });

  test('names a certificate that is not from a public authority', async () => {
    const { code, checks } = await examine(await serve('localhost'));
    expect(checks.get('link')).toMatchObject({
      verdict: 'failed',
      reason: expect.stringMatching(
        /^TLS to localhost:\d+ failed: the issuing CA is not trusted|certificate/,
      ),
      nextStep: expect.stringMatching(/public authority/),
    });
    expect(code).toBe(1);
  });

  test('names a certificate for another name', async () => {
    const { checks } = await examine(await serve('other.example.com'), trusting());
    expect(checks.get('link')).toMatchObject({ reason: expect.stringMatching(/is for another host name/) });
  });

  test('names a link address without https, one that does not resolve, and one that nobody serves', async () => {
    const reasonFor = async (link: string) =>
      Reflect.get(Object((await examine(link)).checks.get('link')), 'reason');
    expect(await reasonFor('http://localhost/api/ens')).toMatch(/starts with http:\/\//);
    expect(await reasonFor('https://ens.invalid/api/ens')).toBe('The name ens.invalid does not resolve.');
    expect(await reasonFor('https://localhost:9/api/ens')).toBe(
      'localhost:9 resolves, but refuses connections (ECONNREFUSED).',
    );
  });

  test('before the first deployment tells what the account allows', async () => {
    const env = await operatorShell(400, refusal('ValidationError'));
    const { code, out, err } = await inShell(env, () => runEns('doctor'));
    expect(out).toContain('Lambda runs 1000 functions at once in this account and region.');
    expect(err).toMatch(/There is no stack ens-prod-service/);
    expect(code).toBe(2);
  });

  test('asks for the link address', async () => {
    const { code, err } = await inShell(NOBODY, () => runEns('doctor'));
    expect(err).toMatch(
      /^Name the link address with --link; it cannot be looked up\. No AWS credentials were found/,
    );
    expect(code).toBe(2);
  });
});
