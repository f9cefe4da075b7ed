import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Credentials } from '#domain/model/credentials.ts';
import { CommandFailure, EXIT } from '../failure.ts';

/** The mailbox that a verification registers a made-up phone for. */
export interface Mailbox {
  readonly credentials: Credentials;
  /** Undefined: autodiscover tells it. */
  readonly ewsUrl: string | undefined;
  /** Puts a mail into the Inbox; undefined where a person has to send one. */
  readonly deliver?: () => Promise<void>;
  /** Takes back what was made for this mailbox. */
  readonly remove: () => Promise<void>;
}

const made = z.object({ ewsUrl: z.string() });

/** A throw-away mailbox in the simulated Exchange of a local world. */
export async function makeLocalMailbox(origin: string): Promise<Mailbox> {
  const email = `ens-verify-${randomBytes(6).toString('hex')}@example.com`;
  const password = randomBytes(12).toString('base64url');
  const url = (path: string) => new URL(`/local/exchange/mailboxes${path}`, origin);
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(url(path), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok)
      throw new CommandFailure(
        EXIT.unreachable,
        `The local world answers ${response.status} to ${method} of a mailbox.`,
      );
    return response;
  };
  const { ewsUrl } = made.parse(await (await send('POST', '', { email, password })).json());
  return {
    credentials: { email, auth: { type: 'basic', username: email, password } },
    ewsUrl,
    async deliver() {
      await send('POST', `/${email}/messages`, {
        from: { name: 'ENS', address: 'ens-verify@example.com' },
        subject: 'A mail of ens verify',
      });
    },
    async remove() {
      await send('DELETE', `/${email}`);
    },
  };
}
