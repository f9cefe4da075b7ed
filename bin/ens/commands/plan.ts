import { EXIT } from '../failure.ts';
import { readRates } from '../plan/options.ts';
import { makePlan } from '../plan/plan.ts';
import { planText } from '../plan/text.ts';
import type { Done, Session } from '../session.ts';

const DEFAULT_REGION = 'us-east-1';

/** `ens plan --mailboxes N`: load, quotas, settings and bill of so many mailboxes. Asks nobody; needs no account. */
export async function plan(session: Session, given: Readonly<Record<string, unknown>>): Done {
  const made = makePlan(readRates(given), session.choice.region ?? DEFAULT_REGION);
  session.show(made, () => planText(made));
  return EXIT.ok;
}
