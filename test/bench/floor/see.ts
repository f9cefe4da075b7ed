import { createHash, randomUUID } from 'node:crypto';
import { ExecuteStatementCommand } from '@aws-sdk/client-rds-data';
import { SEE } from '#adapters/data-api/callback-statements.ts';

export interface CallbackEvent {
  readonly pathParameters: { readonly subscriptionId: string; readonly sealed: string };
  readonly body: string;
}

/** The statement of a callback, ours to the letter: what the database takes for it is no difference of the sides. */
export function seeCommand(
  { pathParameters: { subscriptionId, sealed }, body }: CallbackEvent,
  now: number,
  folders: readonly object[],
): ExecuteStatementCommand {
  const [, previous = ''] = /PreviousWatermark>([^<]+)</.exec(body) ?? [];
  const [, watermark = ''] = /.*<[^>]*Watermark>([^<]+)</s.exec(body) ?? [];
  return new ExecuteStatementCommand({
    resourceArn: process.env.ENS_DATABASE_ARN,
    secretArn: process.env.ENS_DATABASE_SECRET_ARN,
    database: process.env.ENS_DATABASE_NAME,
    sql: SEE,
    parameters: [
      { name: 'id', value: { stringValue: subscriptionId.slice(0, 36) } },
      { name: 'sealed', value: { blobValue: createHash('sha256').update(sealed).digest() } },
      { name: 'now', value: { longValue: now } },
      { name: 'watermark', value: { stringValue: watermark } },
      { name: 'previous', value: { stringValue: previous } },
      { name: 'claim', value: { stringValue: randomUUID() } },
      { name: 'lease', value: { longValue: 30_000 } },
      { name: 'alerts', value: { longValue: 1 } },
      { name: 'folders', value: { stringValue: JSON.stringify(folders) } },
    ],
  });
}
