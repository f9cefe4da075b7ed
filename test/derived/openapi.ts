import { z } from 'zod';
import { credentialsSchema } from '#adapters/jose/credentials-schema.ts';
import type { ROUTES } from '#contract';
import { ERROR_CODES, ERROR_TABLE, type ErrorCode } from '#domain/errors.ts';
import { checkInReply, publicKeyReply, registerReply } from '../../lambdas/register/reply-schema.ts';
import { publicKeyBody, registerBody } from '../../lambdas/register/request-schema.ts';

const problem = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(ERROR_CODES),
  detail: z.string().describe('Tells an administrator what to do'),
  instance: z.string().describe('urn:ens:request:<correlation id>'),
});

const aliveReply = z.object({ status: z.literal('ok'), version: z.string() });
const healthReply = z.object({
  status: z.enum(['ok', 'degraded']),
  checks: z.record(
    z.string(),
    z.object({ status: z.enum(['ok', 'failed']), detail: z.string().optional(), ms: z.number() }),
  ),
});

/** Codes that any call behind the API token may answer. */
const ALWAYS: readonly ErrorCode[] = ['API_TOKEN_INVALID', 'TEMPORARILY_UNAVAILABLE', 'INTERNAL'];
const NOT_OF_REGISTER: readonly ErrorCode[] = ['REGISTRATION_UNKNOWN'];

/** OpenAPI 3.1 of the client's calls, made from the schemas that the functions check requests by. */
export function openApiDocument() {
  const registrationId = {
    name: 'registrationId',
    in: 'path',
    required: true,
    schema: { type: 'string', format: 'uuid' },
  };
  return {
    openapi: '3.1.0',
    info: {
      title: 'ENS client API',
      version: '1',
      description:
        'New-mail push notifications from Microsoft Exchange. Every call but the shallow `alive` carries the header `ApiToken`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'https://{host}', variables: { host: { default: 'ens.example.com' } } }],
    security: [{ apiToken: [] }],
    paths: {
      [path('GET /api/ens/alive')]: {
        get: {
          operationId: 'alive',
          summary: 'Is the service there? With deep=true and a token: is everything it depends on?',
          security: [{}, { apiToken: [] }],
          parameters: [{ name: 'deep', in: 'query', schema: { type: 'string', enum: ['true'] } }],
          responses: {
            200: reply('Alive', z.union([aliveReply, healthReply])),
            503: reply('Something it depends on is not well', healthReply),
            ...problems(['API_TOKEN_INVALID']),
          },
        },
      },
      [path('POST /api/ens/getpublickey')]: {
        post: {
          operationId: 'getPublicKey',
          summary: 'The key to encrypt credentials with',
          requestBody: { required: false, content: body(publicKeyBody) },
          responses: {
            200: reply('The newest key', publicKeyReply),
            ...problems([...ALWAYS, 'REQUEST_INVALID']),
          },
        },
      },
      [path('POST /api/ens/register')]: {
        post: {
          operationId: 'register',
          summary: 'Register a device for a mailbox, or renew it; idempotent per mailbox and device id',
          requestBody: { required: true, content: body(registerBody) },
          responses: {
            200: reply('Renewed', registerReply),
            201: reply('New', registerReply),
            ...problems(ERROR_CODES.filter((code) => !NOT_OF_REGISTER.includes(code))),
          },
        },
      },
      [path('GET /api/ens/register/{registrationId}')]: {
        parameters: [registrationId],
        get: {
          operationId: 'checkIn',
          summary: 'Is the mailbox being watched, and when to register again?',
          responses: {
            200: reply('The registration', checkInReply),
            ...problems([...ALWAYS, 'REGISTRATION_UNKNOWN']),
          },
        },
        delete: {
          operationId: 'unregister',
          summary: 'Forget the device; idempotent',
          responses: { 204: { description: 'Forgotten' }, ...problems(ALWAYS) },
        },
      },
    },
    components: {
      securitySchemes: { apiToken: { type: 'apiKey', in: 'header', name: 'ApiToken' } },
      schemas: {
        Problem: schemaOf(problem),
        Credentials: {
          description: 'Plaintext inside the JWE of `credentials`',
          ...schemaOf(credentialsSchema),
        },
      },
    },
  };
}

function path(route: keyof typeof ROUTES): string {
  return route.slice(route.indexOf(' ') + 1);
}

function schemaOf(schema: z.ZodType) {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}

function body(schema: z.ZodType) {
  return { 'application/json': { schema: schemaOf(schema) } };
}

function reply(description: string, schema: z.ZodType) {
  return { description, content: body(schema) };
}

/** One response per status, naming the codes that come with it. */
function problems(codes: readonly ErrorCode[]) {
  const byStatus = Map.groupBy(codes, (code) => ERROR_TABLE[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      status,
      {
        description: same.map((code) => `\`${code}\`: ${ERROR_TABLE[code].title}`).join('. '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}
