import { describe, expect, test } from '@jest/globals';
import { bearerWorld, EARLIER, granted, LATER, OK } from '../../support/bearer-world.ts';
import { useScriptedServers } from '../../support/scripted-server.ts';

const serve = useScriptedServers();
const world = bearerWorld(serve);

describe('a bearer token', () => {
  test('is sent as it is, and a 401 is final without a refresh token', async () => {
    const { open, auth, exchange } = await world(['good']);
    const good = open(auth('good', LATER));
    expect(await good.inbox()).toEqual(OK);
    expect(good.rotatedCredentials()).toBeUndefined();
    const bad = open(auth('bad', LATER));
    expect(await bad.inbox()).toEqual({
      ok: false,
      failure: { kind: 'unauthorized', offered: ['bearer', 'basic'], sent: 'bearer' },
    });
    expect(await bad.inbox()).toMatchObject({ ok: false });
    expect(exchange.seen).toHaveLength(2);
    good.close();
    bad.close();
  });

  test('that has ended is refreshed inside the request, once for all requests of this instance', async () => {
    const { open, auth, exchange, tokens, clock } = await world(
      ['fresh'],
      [granted('fresh'), granted('fresh')],
    );
    for (let round = 0; round < 2; round += 1) {
      const mailbox = open(auth('old', EARLIER, 'r1'));
      expect(await mailbox.inbox()).toEqual(OK);
      expect(mailbox.rotatedCredentials()).toBeUndefined();
      mailbox.close();
    }
    expect(exchange.seen).toHaveLength(2);
    expect(tokens.seen).toHaveLength(1);
    expect(Object.fromEntries(new URLSearchParams(tokens.seen[0]?.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'app',
      refresh_token: 'r1',
      scope: 'EWS offline_access',
    });
    clock.nowMs += 3_600_000;
    const mailbox = open(auth('old', EARLIER, 'r1'));
    expect(await mailbox.inbox()).toEqual(OK);
    mailbox.close();
    expect(tokens.seen).toHaveLength(2);
  });

  test('is refreshed once where two requests of one mailbox need it at once', async () => {
    const { open, auth, tokens } = await world(
      ['fresh'],
      [granted('fresh', 'r2'), { status: 400, body: '{"error":"invalid_grant"}' }],
    );
    const mailbox = open(auth('old', EARLIER, 'r1'));
    expect(await Promise.all([mailbox.inbox(), mailbox.inbox()])).toEqual([OK, OK]);
    mailbox.close();
    expect(tokens.seen).toHaveLength(1);
  });

  test('of one refresh token is never used for another', async () => {
    const { open, auth, tokens } = await world(['a', 'b'], [granted('a'), granted('b')]);
    for (const refresh of ['r1', 'r2']) {
      const mailbox = open(auth('old', EARLIER, refresh));
      await mailbox.inbox();
      mailbox.close();
    }
    expect(tokens.seen).toHaveLength(2);
  });

  test('that the server refuses is refreshed once, and not again where the new one is refused too', async () => {
    const { open, auth, exchange, tokens } = await world(['fresh'], [granted('fresh'), granted('bad')]);
    const mailbox = open(auth('revoked', LATER, 'r1'));
    expect(await mailbox.inbox()).toEqual(OK);
    mailbox.close();
    const hopeless = open(auth('revoked', LATER, 'r2'));
    expect(await hopeless.inbox()).toMatchObject({
      ok: false,
      failure: { kind: 'unauthorized', sent: 'bearer' },
    });
    expect(await hopeless.inbox()).toMatchObject({ ok: false, failure: { kind: 'unauthorized' } });
    hopeless.close();
    expect(tokens.seen).toHaveLength(2);
    expect(exchange.seen).toHaveLength(4);
  });

  test('that turned out to be revoked is not remembered any longer', async () => {
    const valid = ['fresh'];
    const { open, auth, exchange } = await world(valid, [
      granted('fresh'),
      { status: 503 },
      { status: 503 },
      { status: 503 },
    ]);
    const answers = [];
    for (let round = 0; round < 3; round += 1) {
      const mailbox = open(auth('old', EARLIER, 'r1'));
      answers.push(await mailbox.inbox());
      mailbox.close();
      valid.length = 0;
    }
    expect(answers).toMatchObject([OK, { failure: { kind: 'busy' } }, { ok: false }]);
    expect(exchange.seen.filter(({ headers }) => headers.authorization === 'Bearer fresh')).toHaveLength(2);
  });

  test('that is refused after a rotation is renewed with the newest refresh token, whatever the seal still holds', async () => {
    const valid = ['a1'];
    const { open, auth, tokens } = await world(valid, [
      granted('a1', 'r2'),
      granted('a2', 'r3'),
      granted('a3', 'r4'),
    ]);
    // No fresh seal comes about: every request opens the first one.
    for (const token of ['a1', 'a2', 'a3']) {
      valid.splice(0, 1, token);
      const mailbox = open(auth('old', EARLIER, 'r1'));
      expect(await mailbox.inbox()).toEqual(OK);
      mailbox.close();
    }
    const spent = tokens.seen.map(({ body }) => new URLSearchParams(body).get('refresh_token'));
    expect(spent).toEqual(['r1', 'r2', 'r3']);
  });

  test('brings the rotated refresh token to light, in later requests of this instance too', async () => {
    const { open, auth, tokens } = await world(['fresh'], [granted('fresh', 'r2')]);
    for (let round = 0; round < 2; round += 1) {
      const mailbox = open(auth('old', EARLIER, 'r1'));
      expect(await mailbox.inbox()).toEqual(OK);
      expect(mailbox.rotatedCredentials()).toMatchObject({
        email: 'ann@example.com',
        auth: { type: 'bearer', accessToken: 'old', refresh: { refreshToken: 'r2', clientId: 'app' } },
      });
      mailbox.close();
    }
    const sealedAgain = open(auth('old', EARLIER, 'r2'));
    expect(await sealedAgain.inbox()).toEqual(OK);
    expect(sealedAgain.rotatedCredentials()).toBeUndefined();
    sealedAgain.close();
    expect(tokens.seen).toHaveLength(1);
  });
});
