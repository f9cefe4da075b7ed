import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { renderUnicodeCompact } from 'uqr';
import { CommandFailure, EXIT } from '../failure.ts';
import { ago, iso, table } from '../output.ts';
import { type Done, type Session, tokenId } from '../session.ts';

const TOKEN_BYTES = 32;
const LABEL_CHARACTERS = 100;

/**
 * `ens tokens create <label>`: 256 random bits, shown this once; the database gets their SHA-256. With `withLink` as
 * the link of the web app: its fragment, which holds the token, is sent to no server.
 */
export async function createToken(session: Session, label: string, withLink: boolean): Done {
  const name = label.trim();
  if (name === '' || name.length > LABEL_CHARACTERS)
    throw new CommandFailure(EXIT.usage, `A label has 1 to ${LABEL_CHARACTERS} characters.`);
  const { operator, stack } = await session.tools();
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const id = randomUUID();
  const sha256 = createHash('sha256').update(token).digest();
  const made = await session.working(
    'Storing',
    operator.createToken({ id, label: name, sha256, now: stack.now() }),
  );
  if (!made)
    throw new CommandFailure(
      EXIT.problems,
      'There is a valid token with this label already; nobody could tell the two apart.',
      'Choose another label, or revoke that one: `ens tokens list`, `ens tokens revoke <id>`.',
    );
  if (withLink) {
    const link = `${stack.outputs.WebAppAddress}#token=${token}`;
    session.show({ id, label: name, token, link }, () => `${link}\n\n${renderUnicodeCompact(link)}\n`);
    session.terminal.err(
      'This is the only time that the link is shown. Send it to your users: docs/web-app.md has a text for it.\n',
    );
    return EXIT.ok;
  }
  session.show({ id, label: name, token }, () => `${token}\n`);
  session.terminal.err(
    'This is the only time that the token is shown. It goes into the clients’ configuration as ENSAPIToken and works at once.\n',
  );
  return EXIT.ok;
}

/** `ens tokens list` */
export async function listTokens(session: Session): Done {
  const { operator, stack } = await session.tools();
  const tokens = await session.working('Looking', operator.listTokens());
  const now = stack.now();
  session.show(
    tokens.map(({ id, label, createdAt, revokedAt }) => ({
      id,
      label,
      createdAt: iso(createdAt),
      revokedAt: iso(revokedAt),
    })),
    () =>
      table(
        ['id', 'label', 'created', 'revoked'],
        tokens.map(({ id, label, createdAt, revokedAt }) => [
          id,
          label,
          ago(createdAt, now),
          ago(revokedAt, now),
        ]),
      ),
  );
  return EXIT.ok;
}

/** `ens tokens revoke <id>` */
export async function revokeToken(session: Session, id: string): Done {
  const { operator, stack } = await session.tools();
  const revoked = await session.working('Revoking', operator.revokeToken(tokenId(id), stack.now()));
  if (!revoked)
    throw new CommandFailure(
      EXIT.problems,
      'There is no valid token with this id.',
      '`ens tokens list` shows all, with those revoked.',
    );
  session.show({ revoked }, () => 'Revoked. It stops working within 60 seconds.\n');
  return EXIT.ok;
}
