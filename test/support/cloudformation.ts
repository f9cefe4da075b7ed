import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import * as z from 'zod';

const answerSchema = z.strictObject({
  Status: z.enum(['SUCCESS', 'FAILED']),
  Reason: z.string().optional(),
  PhysicalResourceId: z.string(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  Data: z.record(z.string(), z.string()).optional(),
});
export type CloudFormationAnswer = z.infer<typeof answerSchema>;

export interface CloudFormationSide {
  /** Every answer received so far, oldest first. */
  readonly answers: readonly CloudFormationAnswer[];
  readonly bodies: readonly string[];
  readonly headers: readonly IncomingHttpHeaders[];
  /** The next answers get these statuses instead of 200. */
  answerWith(...statuses: readonly number[]): void;
  /** What CloudFormation would send for a resource with these properties. */
  event(
    requestType: 'Create' | 'Update' | 'Delete',
    properties: Readonly<Record<string, unknown>>,
    physicalResourceId?: string,
  ): Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/** The presigned URL that a custom resource answers to, with what arrives there. */
export async function startCloudFormationSide(): Promise<CloudFormationSide> {
  const bodies: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const status = request.method === 'PUT' ? (statuses.shift() ?? 200) : 405;
      if (status === 200) {
        bodies.push(Buffer.concat(chunks).toString('utf8'));
        headers.push(request.headers);
      }
      response.writeHead(status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    get answers() {
      return bodies.map((body) => answerSchema.parse(JSON.parse(body)));
    },
    bodies,
    headers,
    answerWith: (...next) => void statuses.push(...next),
    event: (requestType, properties, physicalResourceId) => ({
      RequestType: requestType,
      ResponseURL: `http://127.0.0.1:${port}/answer?signature=MARKER-SIGNATURE`,
      StackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/ens-prod-service/1',
      RequestId: 'request-1',
      LogicalResourceId: 'Resource',
      ResourceType: 'Custom::Test',
      ...(physicalResourceId === undefined ? {} : { PhysicalResourceId: physicalResourceId }),
      ResourceProperties: { ServiceToken: 'arn:aws:lambda:…', ...properties },
    }),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
