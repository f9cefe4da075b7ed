import type { Misbehaviour } from './faults/vocabulary.ts';
import type { Mailbox } from './mailbox/types.ts';

/**
 * A throttling policy, for each user alike. Exchange counts the time that calls take (EwsMaxBurst,
 * EwsRechargeRate); a simulated call takes none, so here calls themselves are counted.
 */
export interface Throttling {
  /** Calls that a user may make at once. */
  readonly burst: number;
  /** Calls that come back per minute of the world's clock. */
  readonly rechargePerMinute: number;
  /** EWSMaxConcurrency: calls of one user in work at a time. */
  readonly maxConcurrency: number;
}

export interface Budgets {
  /** One request, until `leave`. */
  visit(): Visit;
}

export interface Visit {
  /** Undefined: go on. Otherwise what the caller gets instead, as documented: a fault that says how long to wait. */
  admit(user: Mailbox, policy: Throttling | undefined): Misbehaviour | undefined;
  leave(): void;
}

interface Account {
  calls: number;
  at: number;
  inWork: number;
}

const MINUTE_MS = 60_000;

export function createBudgets(now: () => number): Budgets {
  const accounts = new WeakMap<Mailbox, Account>();

  function accountOf(user: Mailbox, { burst, rechargePerMinute }: Throttling): Account {
    const at = now();
    const account = accounts.get(user) ?? { calls: burst, at, inWork: 0 };
    const recharged = account.calls + ((at - account.at) / MINUTE_MS) * rechargePerMinute;
    accounts.set(user, Object.assign(account, { calls: Math.min(burst, recharged), at }));
    return account;
  }

  return {
    visit() {
      let held: Account | undefined;
      return {
        admit(user, policy) {
          if (policy === undefined) {
            accounts.delete(user);
            return undefined;
          }
          const account = accountOf(user, policy);
          if (account.inWork >= policy.maxConcurrency)
            return { kind: 'code', code: 'ErrorExceededConnectionCount', dress: 'fault' };
          if (account.calls < 1) {
            const backOffMs = Math.ceil(((1 - account.calls) / policy.rechargePerMinute) * MINUTE_MS);
            return { kind: 'code', code: 'ErrorServerBusy', dress: 'fault', backOffMs };
          }
          account.calls -= 1;
          account.inWork += 1;
          held = account;
          return undefined;
        },
        leave() {
          if (held !== undefined) held.inWork -= 1;
          held = undefined;
        },
      };
    },
  };
}
