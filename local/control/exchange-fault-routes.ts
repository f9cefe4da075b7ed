import * as z from 'zod';
import { readMisbehaviour } from '../exchange/faults/vocabulary.ts';
import type { World } from '../world/world.ts';
import { ControlError, type ControlRoutes, route, routeWithBody } from './http.ts';

const modeChanges = z.strictObject({
  slowMs: z.int().min(0).max(120_000).optional(),
  wrongOwner: z.string().optional(),
  throttling: z
    .strictObject({
      burst: z.int().min(1).max(1_000_000),
      rechargePerMinute: z.number().positive().max(1_000_000),
      maxConcurrency: z.int().min(1).max(1_000).default(27),
    })
    .nullable()
    .optional(),
  externalUrl: z.enum(['origin', 'name']).optional(),
  offers: z.array(z.enum(['Basic', 'NTLM', 'Negotiate', 'Bearer', 'Certificate'])).optional(),
  extendedProtection: z.boolean().optional(),
  lockOutAfter: z.int().min(0).max(1_000).optional(),
  probeFault: z.string().optional(),
});
type ModeChanges = z.infer<typeof modeChanges>;

/** What each member of the modes does, for docs/local-world.md. */
export const MODE_WORDS: Readonly<Record<keyof ModeChanges, string>> = {
  slowMs: 'real milliseconds before every answer of Exchange',
  wrongOwner:
    'address of the mailbox that everybody is shown, a known defect of Exchange; empty: everybody sees their own again',
  throttling: 'calls that each user may make, in all and at once; `null`: nobody is throttled',
  externalUrl: 'the EWS URL that autodiscover tells: beneath this origin, or a name of the mail domain',
  offers: 'schemes that Exchange offers and accepts',
  extendedProtection: 'NTLM without a channel binding token is refused',
  lockOutAfter: 'failed sign-ins in a row after which an account is locked; 0: never',
  probeFault: 'what answers a request without credentials: a status or `html`; empty: a 401 with the schemes',
};

const STRANGER = 'somebody.else@example.com';

function shown({ exchange: { modes } }: World) {
  return {
    slowMs: modes.slowMs,
    wrongOwner: modes.wrongOwner.kind === 'always' ? modes.wrongOwner.victim : '',
    throttling: modes.throttling ?? null,
    externalUrl: modes.externalUrl,
    offers: modes.offers,
    extendedProtection: modes.extendedProtection,
    lockOutAfter: modes.lockOutAfter,
    probeFault: modes.probeFault ?? '',
  };
}

function showEverybody({ exchange: { modes, mailboxes } }: World, email: string): void {
  if (email === '') {
    modes.wrongOwner = { kind: 'off' };
    return;
  }
  if (mailboxes.find(email) === undefined && email !== STRANGER)
    throw new ControlError(404, `There is no such mailbox; ${STRANGER} is made at once.`);
  const victim = mailboxes.find(email) ?? mailboxes.create({ email, password: 'never used' });
  if (mailboxes.total(victim, 'inbox') === 0) {
    mailboxes.deliver(email, {
      from: { name: 'The Bank', address: 'bank@example.com' },
      subject: 'Nobody else may read this',
    });
  }
  modes.wrongOwner = { kind: 'always', victim: email };
}

/** A fault of the probe: a status or a page. Throws ControlError for every other word. */
function probeFaultOf(word: string): string | undefined {
  if (word === '') return undefined;
  if (/^(?:[2-5]\d\d|html)/.test(word) && readMisbehaviour(word).kind !== 'code') return word;
  throw new ControlError(
    400,
    `${word} is no answer to a probe. Use a status (200 … 599), 302:<url> or html.`,
  );
}

function change(world: World, changes: ModeChanges): void {
  const { modes } = world.exchange;
  const { wrongOwner, probeFault, throttling } = changes;
  const { slowMs, externalUrl, offers, extendedProtection, lockOutAfter } = changes;
  if (probeFault !== undefined) modes.probeFault = probeFaultOf(probeFault);
  if (slowMs !== undefined) modes.slowMs = slowMs;
  if (throttling !== undefined) modes.throttling = throttling ?? undefined;
  if (externalUrl !== undefined) modes.externalUrl = externalUrl;
  if (offers !== undefined) modes.offers = offers;
  if (extendedProtection !== undefined) modes.extendedProtection = extendedProtection;
  if (lockOutAfter !== undefined) modes.lockOutAfter = lockOutAfter;
  if (wrongOwner !== undefined) showEverybody(world, wrongOwner);
}

/** How the simulated Exchange as a whole misbehaves, and what its administrator does to it. */
export const EXCHANGE_FAULT_ROUTES: ControlRoutes = {
  'GET /local/exchange/modes': route('how the simulated Exchange behaves', ({ world }) => shown(world)),
  'PATCH /local/exchange/modes': routeWithBody(
    'changes how it behaves; answers all modes',
    modeChanges,
    ({ world }, changes) => {
      change(world, changes);
      return shown(world);
    },
  ),
  'POST /local/exchange/restart': route('Exchange restarts: every subscription is lost', ({ world }) => {
    world.exchange.restart();
    return null;
  }),
  'POST /local/exchange/mailboxes/{email}/move': routeWithBody(
    'moves a mailbox to another site (empty: the first one), where it has another EWS URL',
    z.strictObject({
      site: z.string().regex(/^[a-z0-9-]*$/, 'small letters, digits and hyphens are expected'),
    }),
    ({ world }, { site }, { value }) => {
      if (world.exchange.mailboxes.find(value('email')) === undefined)
        throw new ControlError(404, 'There is no such mailbox.');
      world.exchange.moveMailbox(value('email'), site);
      return null;
    },
  ),
};
