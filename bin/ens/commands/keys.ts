import { randomUUID } from 'node:crypto';
import { asId, type KeyPairId } from '#domain/model/ids.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { ago, iso, table } from '../output.ts';
import { type Done, keyPairId, type Session } from '../session.ts';

/** `ens keys list` */
export async function listKeys(session: Session): Done {
  const { operator, stack } = await session.tools();
  const pairs = await session.working('Looking', operator.listKeyPairs());
  const now = stack.now();
  session.show(
    pairs.map(({ id, createdAt, retiredAt, subscriptions }) => ({
      id,
      createdAt: iso(createdAt),
      retiredAt: iso(retiredAt),
      subscriptions,
    })),
    () =>
      table(
        ['id', 'created', 'retired', 'subscriptions'],
        pairs.map(({ id, createdAt, retiredAt, subscriptions }) => [
          id,
          ago(createdAt, now),
          ago(retiredAt, now),
          String(subscriptions),
        ]),
      ),
  );
  return EXIT.ok;
}

/**
 * `ens keys rotate`: a new pair now. With `retire`, the emergency: that pair is never used again, its
 * subscriptions are lost, their half of the seal is gone, and their phones are woken.
 */
export async function rotateKeys(session: Session, retire: string | undefined, confirmed: boolean): Done {
  const retiring = retire === undefined ? undefined : keyPairId(retire);
  if (retiring !== undefined && !confirmed)
    throw new CommandFailure(
      EXIT.usage,
      'Retiring a key pair ends every subscription that was sealed for it; their phones have to register again.',
      'Add --yes if that is what you want. `ens keys list` shows how many there are.',
    );
  const { operator, upkeepStore, keyPairMaker, stack } = await session.tools();
  if (retiring !== undefined) {
    const pairs = await operator.listKeyPairs();
    if (!pairs.some(({ id }) => id === retiring))
      throw new CommandFailure(EXIT.problems, 'There is no such key pair.', '`ens keys list` shows all.');
  }
  const id = asId<KeyPairId>(randomUUID());
  const made = await session.working('Making a key pair', keyPairMaker.make(id));
  const now = stack.now();
  await upkeepStore.addKeyPair({ id, ...made, createdAt: now, unlessNewerThan: now });
  const lost =
    retiring === undefined
      ? undefined
      : await session.working('Retiring', upkeepStore.retireKeyPair(retiring, stack.now()));
  session.show({ id, retired: retiring, lost }, () =>
    lost === undefined
      ? `Key pair ${id} is in use. Callbacks move the subscriptions to it by and by.\n`
      : `Key pair ${id} is in use, ${retiring} is not any more. ${lost} subscriptions ended; upkeep wakes their phones, and \`ens wake --all\` hurries them.\n`,
  );
  return EXIT.ok;
}
