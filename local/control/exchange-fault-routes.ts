import * as z from 'zod';
import type { World } from '../world/world.ts';
import { ControlError, type ControlRoutes } from './http.ts';

const modeChanges = z.strictObject({
  slowMs: z.int().min(0).max(120_000).optional(),
  /** The address of the mailbox that everybody is shown; empty: everybody sees their own again. */
  wrongOwner: z.string().optional(),
  /** Null: nobody is throttled. */
  throttling: z
    .strictObject({
      burst: z.int().min(1).max(1_000_000),
      rechargePerMinute: z.number().positive().max(1_000_000),
      maxConcurrency: z.int().min(1).max(1_000).default(27),
    })
    .nullable()
    .optional(),
  /** Which URL autodiscover tells. */
  externalUrl: z.enum(['origin', 'name']).optional(),
});
const STRANGER = 'somebody.else@example.com';

/** How the simulated Exchange as a whole misbehaves, and what its administrator does to it. */
export function exchangeFaultRoutes({ exchange }: World): ControlRoutes {
  const { modes, mailboxes } = exchange;
  const shown = () => ({
    slowMs: modes.slowMs,
    wrongOwner: modes.wrongOwner.kind === 'always' ? modes.wrongOwner.victim : '',
    throttling: modes.throttling ?? null,
    externalUrl: modes.externalUrl,
  });

  function showEverybody(email: string): void {
    if (email === '') {
      modes.wrongOwner = { kind: 'off' };
      return;
    }
    const victim = mailboxes.find(email) ?? makeStranger(email);
    if (mailboxes.total(victim, 'inbox') === 0) {
      mailboxes.deliver(email, {
        from: { name: 'The Bank', address: 'bank@example.com' },
        subject: 'Nobody else may read this',
      });
    }
    modes.wrongOwner = { kind: 'always', victim: email };
  }

  function makeStranger(email: string) {
    if (email !== STRANGER)
      throw new ControlError(404, `There is no such mailbox; ${STRANGER} is made at once.`);
    return mailboxes.create({ email, password: 'never used' });
  }

  return {
    'GET /local/exchange/modes': shown,
    'PATCH /local/exchange/modes': async ({ body }) => {
      const { slowMs, wrongOwner, throttling, externalUrl } = await body(modeChanges);
      if (slowMs !== undefined) modes.slowMs = slowMs;
      if (throttling !== undefined) modes.throttling = throttling ?? undefined;
      if (externalUrl !== undefined) modes.externalUrl = externalUrl;
      if (wrongOwner !== undefined) showEverybody(wrongOwner);
      return shown();
    },
    'POST /local/exchange/restart': () => {
      exchange.restart();
      return null;
    },
    'POST /local/exchange/mailboxes/{email}/move': async ({ value, body }) => {
      const { site } = await body(z.strictObject({ site: z.string().regex(/^[a-z0-9-]*$/) }));
      if (mailboxes.find(value('email')) === undefined)
        throw new ControlError(404, 'There is no such mailbox.');
      exchange.moveMailbox(value('email'), site);
      return null;
    },
  };
}
