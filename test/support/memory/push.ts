import type { Push, PushOutcome, PushSender, PushTarget } from '#domain/ports/push.ts';

export interface MemoryPush {
  readonly sender: PushSender;
  readonly sent: { readonly target: PushTarget; readonly push: Push }[];
  /** Outcomes of the next pushes to an endpoint, one each; `delivered` after them. */
  readonly outcomes: Map<string, PushOutcome[]>;
  /** Outcome for every push, over everything else. */
  always: PushOutcome | undefined;
  /** Nothing is sent before it is kept. */
  held: Promise<void> | undefined;
  pushes(): readonly Push[];
}

export function memoryPush(): MemoryPush {
  const world: MemoryPush = {
    sent: [],
    outcomes: new Map(),
    always: undefined,
    held: undefined,
    pushes: () => world.sent.map(({ push }) => push),
    sender: {
      async send(target, push) {
        await world.held;
        const outcome = world.always ??
          world.outcomes.get(target.endpointArn)?.shift() ?? { kind: 'delivered' };
        if (outcome.kind === 'delivered') world.sent.push({ target, push });
        return outcome;
      },
    },
  };
  return world;
}
