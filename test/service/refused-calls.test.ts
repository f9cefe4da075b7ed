import { expect, test } from '@jest/globals';
import { useWorld } from '../support/world.ts';

const world = useWorld();
const CALLS = 60;

/** Lines of a function since the world began. */
const linesOf = (functionId: string) =>
  world()
    .world.logs.all()
    .filter((entry) => entry.function === functionId)
    .map(({ line }) => line);

const api = () => `${world().world.origin}/api/ens`;

test('calls without a valid token leave no line each, and the lines that are there name no address', async () => {
  for (let n = 0; n < CALLS; n += 1) {
    const answer = await fetch(`${api()}/getpublickey`, {
      method: 'POST',
      headers: { ApiToken: `wrong-${n}` },
    });
    expect(answer.status).toBe(401);
  }
  const written = linesOf('register');
  expect(written.length).toBeLessThan(CALLS / 4);
  expect(written.some((line) => /"calls-refused".*"most":"[0-9a-f]{12} \d+"/.test(line))).toBe(true);
  expect(written.join('\n')).not.toMatch(/127\.0\.0\.1|wrong-\d/);
});

test('made-up callbacks leave no line each, and the lines that are there name no address', async () => {
  for (let n = 0; n < CALLS; n += 1) {
    const answer = await fetch(`${api()}/callback/made-up-${n}/sealed`, { method: 'POST', body: '<x/>' });
    expect(answer.status).toBe(403);
  }
  const written = linesOf('callback');
  expect(written.length).toBeLessThan(CALLS / 4);
  expect(written.some((line) => /"calls-refused".*"most":"[0-9a-f]{12} \d+"/.test(line))).toBe(true);
  expect(written.join('\n')).not.toMatch(/127\.0\.0\.1|made-up/);
});
