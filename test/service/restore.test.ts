import { expect, test } from '@jest/globals';
import { backUp } from '../support/backup.ts';
import { runEns } from '../support/ens-cli.ts';
import { MINUTE_MS } from '../support/lifecycle.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ withoutSchedules: true });

const ens = async (...args: readonly string[]) => {
  const { code, out, err } = await runEns(...args, '--local', world().world.origin);
  if (code !== 0) throw new Error(`ens ${args.join(' ')} ended with ${code}: ${out}${err}`);
  return out;
};

/** A token of the command line, and the id that it is revoked by. */
async function createToken(): Promise<{ readonly id: string; readonly token: string }> {
  const { id, token } = JSON.parse(await ens('tokens', 'create', 'leaked', '--json'));
  return { id, token };
}

test('a restore from backup revives neither a revoked token, nor a retired key pair, nor an unregistered phone', async () => {
  const the = world();
  const works = async (token: string) => {
    // Functions keep the hashes of tokens for a minute.
    the.world.clock.advance(2 * MINUTE_MS);
    return (await the.client.call('POST', '/getpublickey', {}, { ApiToken: token })).status === 200;
  };
  const mailbox = the.newMailbox();
  const kept = await the.registerPhone({}, mailbox);
  const gone = await the.registerPhone({}, mailbox);
  const leaked = await createToken();
  expect(await works(leaked.token)).toBe(true);
  const [retired] = await the.rows('key_pairs');

  const restore = await backUp(the);
  await ens('tokens', 'revoke', leaked.id);
  expect((await the.client.call('DELETE', `/register/${gone.registrationId}`)).status).toBe(204);
  await ens('keys', 'rotate', '--retire', String(retired?.id), '--yes');
  await ens('upkeep', 'run');
  await the.client.register(kept.phone);
  await restore();

  // The backup knows nothing of all that, so everything would work again.
  expect(await works(leaked.token)).toBe(true);
  expect((await the.rows('devices')).map(({ id }) => id)).toContain(gone.registrationId);
  expect(await the.rows('key_pairs')).toEqual([
    expect.objectContaining({ id: retired?.id, retired_at: null }),
  ]);

  // What the runbook does before anybody is served, and what the schedule does within five minutes.
  await ens('upkeep', 'run');
  expect(await works(leaked.token)).toBe(false);
  expect((await the.rows('devices')).map(({ id }) => id)).toEqual([kept.registrationId]);
  const pairs = await the.rows('key_pairs');
  expect(pairs.find(({ id }) => id === retired?.id)).toMatchObject({ retired_at: expect.any(Number) });
  const sealed = (await the.rows('subscriptions')).filter(({ key_pair_id }) => key_pair_id === retired?.id);
  expect(sealed.map(({ inner_key, inner_jwe }) => inner_key ?? inner_jwe)).toEqual(sealed.map(() => null));

  // The phone that stayed registers again, and mail reaches it alone.
  const before = the.notifications(gone.phone).length;
  await the.client.register(kept.phone);
  await the.deliverMail(mailbox.email, { subject: 'after the restore' });
  const texts = JSON.stringify(the.notifications(kept.phone).at(-1)?.payload);
  expect(texts).toContain('after the restore');
  expect(the.notifications(gone.phone)).toHaveLength(before);
});
