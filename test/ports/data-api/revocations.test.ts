import { expect, test } from '@jest/globals';
import { createOperatorStore } from '#adapters/data-api/operator.ts';
import { createUpkeepStore } from '#adapters/data-api/upkeep.ts';
import { asId, type KeyPairId } from '#domain/model/ids.ts';
import { DAY, KEY_PAIR, NOW } from '../../support/registration-requests.ts';
import { useStore } from '../../support/use-store.ts';

const LATER = NOW + DAY;
const TOKEN = 'aaaaaaaa-bbbb-4ccc-8ddd-000000000007';

const words = useStore();
const { store, registrations, register } = words;
const upkeep = () => createUpkeepStore(store.database);
const operator = () => createOperatorStore(store.database);

async function createToken(): Promise<void> {
  const sha256 = Buffer.alloc(32, 7);
  await operator().createToken({ id: TOKEN, label: 'leaked', sha256, now: NOW });
}

test('revoked tokens, retired key pairs and unregistered devices are handed out once, in their order', async () => {
  await createToken();
  const { registrationId } = await register();
  await operator().revokeToken(TOKEN, LATER);
  await operator().revokeToken(TOKEN, LATER);
  await registrations.unregister(registrationId, LATER);
  await upkeep().retireKeyPair(asId<KeyPairId>(KEY_PAIR), LATER);
  const { revocations, upTo, marker } = await upkeep().unlisted(100);
  expect(revocations).toEqual([
    { kind: 'token', id: TOKEN },
    { kind: 'device', id: registrationId },
    { kind: 'key-pair', id: KEY_PAIR },
  ]);
  expect(marker).toBeUndefined();
  await upkeep().listed('marker', upTo, LATER);
  expect(await upkeep().unlisted(100)).toEqual({ marker: 'marker', revocations: [], upTo: 0 });
});

test('revoking again changes what a restore brought back, and nothing else', async () => {
  await createToken();
  const gone = await register({ person: 'a' });
  const kept = await register({ person: 'b' });
  const again = [
    { kind: 'token', id: TOKEN },
    { kind: 'device', id: gone.registrationId },
    { kind: 'device', id: TOKEN },
  ] as const;
  expect(await upkeep().revokeAgain(again, LATER)).toBe(2);
  expect(await upkeep().revokeAgain(again, LATER)).toBe(0);
  expect(await store.rows('SELECT revoked_at FROM api_tokens')).toEqual([{ revoked_at: LATER }]);
  expect(await store.rows('SELECT id FROM devices')).toEqual([{ id: kept.registrationId }]);
});

test('revoking a key pair again shreds our half of every seal made for it', async () => {
  await register();
  await upkeep().revokeAgain([{ kind: 'key-pair', id: KEY_PAIR }], LATER);
  expect(
    await store.rows(`SELECT s.state, num_nonnulls(inner_key, inner_jwe) AS halves, k.retired_at IS NOT NULL AS retired
                        FROM subscriptions s JOIN key_pairs k ON k.id = s.key_pair_id`),
  ).toEqual([{ state: 'lost', halves: 0, retired: true }]);
});

test('nothing revives what is revoked or retired', async () => {
  await createToken();
  await operator().revokeToken(TOKEN, LATER);
  await upkeep().retireKeyPair(asId<KeyPairId>(KEY_PAIR), LATER);
  await store.database.run('UPDATE api_tokens SET revoked_at = NULL');
  await store.database.run('UPDATE key_pairs SET retired_at = NULL');
  expect(await store.rows('SELECT revoked_at FROM api_tokens')).toEqual([{ revoked_at: LATER }]);
  expect(await store.rows('SELECT retired_at FROM key_pairs')).toEqual([{ retired_at: LATER }]);
});
