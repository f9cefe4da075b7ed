import type { Call } from '../world/calls.ts';
import type { WorldEvent } from '../world/events.ts';
import type { World } from '../world/world.ts';

const LONGEST_ROUND_MS = 60_000;

/**
 * The main job once, through the front door: a phone registers, a mail arrives, the phone shows it. Writes
 * what happened, hop by hop. Rejects where no push came.
 */
export async function playRound(world: World, write: (text: string) => void): Promise<void> {
  const email = 'ann@example.com';
  world.exchange.mailboxes.create({ email, password: 'correct horse' });
  const hops: string[] = [];
  const startedAt = performance.now();
  const stop = world.events.on((event) => {
    hops.push(`${(performance.now() - startedAt).toFixed(0).padStart(6)} ms  ${sentence(event)}`);
  });
  try {
    write(
      `\nOne round by itself.\n\n  ${email} has a mailbox in the simulated Exchange; her phone registers:\n\n`,
    );
    const { reply: answer } = await world.console.handsets.add({
      email,
      kind: 'ios',
      content: 'subject-and-sender',
      preview: false,
    });
    flush();
    if (answer.status !== 201)
      throw new Error(`register answered ${answer.status} ${JSON.stringify(answer.body)}`);
    write('\n  Her browser registers as well, with a web push subscription:\n\n');
    const { reply: second } = await world.console.handsets.add({
      email,
      kind: 'browser',
      content: 'subject-and-sender',
      preview: false,
    });
    flush();
    if (second.status !== 201) throw new Error(`register answered ${second.status} for the browser`);
    write('\n  A mail arrives in her Inbox:\n\n');
    const pushed = Promise.all([waitForPush(world, 'apns'), waitForPush(world, 'webpush')]);
    world.exchange.mailboxes.deliver(email, {
      from: { name: 'Bob Builder', address: 'bob@example.com' },
      subject: 'Can we fix it?',
    });
    const [push, webPush] = await pushed;
    await world.exchange.idle();
    flush();
    write(`\n  What Apple got for the phone:\n\n${indented(push)}\n`);
    write(`\n  What the browser decrypted (its push service saw only ciphertext):\n\n${indented(webPush)}\n`);
    write(`\n  Your own browser: ${world.console.webAppLink}\n`);
  } finally {
    stop();
  }

  function flush(): void {
    for (const hop of hops.splice(0)) write(`  ${hop}\n`);
  }
}

type Push = Extract<WorldEvent, { kind: 'push' }>;

function waitForPush(world: World, platform: string): Promise<Push> {
  const { promise, resolve, reject } = Promise.withResolvers<Push>();
  const timer = setTimeout(() => reject(new Error('no push came within a minute')), LONGEST_ROUND_MS);
  const stop = world.events.on((event) => {
    if (event.kind !== 'push' || event.platform !== platform) return;
    clearTimeout(timer);
    stop();
    resolve(event);
  });
  return promise;
}

function sentence(event: WorldEvent): string {
  switch (event.kind) {
    case 'gateway-request':
      return `gateway   ◀ ${event.route}`;
    case 'gateway-answer':
      return `gateway   ▶ ${event.status}, after ${event.ms} ms`;
    case 'function-start':
      return `function    ${event.function} starts`;
    case 'function-end':
      return `function    ${event.function} ends: ${event.outcome}, after ${event.ms} ms`;
    case 'call':
      return `call        ${event.function} → ${callName(event)}: ${event.outcome}, ${event.ms} ms`;
    case 'exchange-callback':
      return `Exchange    callback (${event.message}) answered ${event.status}: ${event.outcome}`;
    case 'push':
      return `phone     ◀ push, ${event.platform}`;
  }
}

function callName({ service, action }: Call): string {
  return `${service} ${action}`;
}

function indented({ headers, payload }: Push): string {
  return JSON.stringify({ headers, payload }, null, 2).replaceAll(/^/gm, '    ');
}
