import { randomBytes, randomUUID } from 'node:crypto';
import type { Mailbox, NewMailbox } from './types.ts';

/** An empty mailbox without folders. */
export function newMailbox(input: NewMailbox): Mailbox {
  return {
    email: input.email,
    guid: randomUUID(),
    databaseGuid: randomBytes(16),
    eventLogId: randomBytes(16),
    folders: new Map(),
    items: new Map(),
    hasMailbox: input.hasMailbox ?? true,
    password: input.password,
    username: input.username ?? input.email,
    domain: input.domain ?? 'EXAMPLE',
    certificateSha256: input.certificateSha256,
    certificateRequired: input.certificateRequired ?? false,
    site: '',
    subscriptionLimit: input.subscriptionLimit ?? 5_000,
    eventCounter: 1_000n,
    itemCounter: 0x0100,
    failedLogons: 0,
    failuresInARow: 0,
    lockedOut: false,
  };
}
