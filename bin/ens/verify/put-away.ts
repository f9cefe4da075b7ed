import { GetEndpointAttributesCommand } from '@aws-sdk/client-sns';
import { readAwsError } from '#adapters/aws-errors.ts';
import { callEns } from '../doctor/call-ens.ts';
import { type Finding, failed, ok } from '../doctor/check.ts';
import { awsCall } from './aws-call.ts';
import type { Context } from './context.ts';
import type { Registered } from './registration.ts';

/**
 * Unregisters as a client does, lets upkeep delete the endpoint, and looks whether anything is left. What Exchange still holds
 * is worthless without our half of the seal, and ends with its next callback.
 */
export async function checkRemoved(context: Context, registered: Registered | undefined): Promise<Finding> {
  const { patient, tools } = context;
  if (registered === undefined) return ok('Nothing was registered.');
  const answer = await callEns(`${patient.link}/register/${registered.id}`, {
    method: 'DELETE',
    apiToken: patient.apiToken,
  });
  // Not by the front door: then by the operator's own.
  if (!answer.answered || answer.status !== 204)
    await tools.operator.removeDevice(registered.id, tools.stack.now());
  const upkeep = await tools.runUpkeep();
  const left = [
    (await tools.operator.showDevice(registered.id)) === undefined ? undefined : 'the registration',
    (await isEndpointGone(context, registered.endpointArn))
      ? undefined
      : `the endpoint ${registered.endpointArn}`,
  ].filter((what) => what !== undefined);
  if (!answer.answered || answer.status !== 204)
    return failed(
      `Unregistering was answered with ${answer.answered ? answer.status : answer.why}; the registration was removed from the database instead.`,
      'Read the log of the register function.',
    );
  if (left.length === 0) return ok('Unregistered; registration and push endpoint are gone.');
  return failed(
    `Still there: ${left.join(', ')}.`,
    upkeep.ok && upkeep.failed.length === 0
      ? 'Upkeep deletes it with its next run.'
      : 'Upkeep could not delete it: read the log of the upkeep function. A denial of sns:DeleteEndpoint names the resource to grant.',
  );
}

async function isEndpointGone({ clients }: Context, endpointArn: string): Promise<boolean> {
  try {
    await clients.sns.send(new GetEndpointAttributesCommand({ EndpointArn: endpointArn }));
    return false;
  } catch (error) {
    const { code } = readAwsError(error);
    if (/NotFound/.test(code)) return true;
    return awsCall('sns:GetEndpointAttributes', Promise.reject(error));
  }
}
