import { randomUUID } from 'node:crypto';
import { callEns } from '../doctor/call-ens.ts';
import { type Finding, failed, ok } from '../doctor/check.ts';
import type { Context } from './context.ts';

const PATH_CHARACTERS = 12_000;

/** More request line than the gateway takes: it has to answer itself, and no function may see it. */
export async function checkGatewayLimit({ patient }: Pick<Context, 'patient'>): Promise<Finding> {
  const answer = await callEns(`${patient.link}/callback/${randomUUID()}/${'x'.repeat(PATH_CHARACTERS)}`, {
    method: 'POST',
  });
  if (!answer.answered) return ok('A request with 12,000 characters of path was cut off.');
  return answer.status >= 400 && answer.status < 500
    ? ok(`A request with 12,000 characters of path is refused with ${answer.status}.`)
    : failed(
        `A request with 12,000 characters of path is answered with ${answer.status}.`,
        'Something in front of the gateway answers, or its limits have changed: tell us.',
      );
}
