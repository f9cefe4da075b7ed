import type { Log } from '#domain/ports/system.ts';
import {
  answerCloudFormation,
  type CloudFormationEvent,
  type CustomResourceResult,
  readCloudFormationEvent,
} from '#runtime/cloudformation.ts';
import type { Waiting } from '#runtime/denials.ts';
import { type Clients, ensureApplication } from './ensure-application.ts';
import { readRequest } from './request.ts';

/**
 * One SNS platform application as a custom resource. Create and Update make or take over; Delete leaves it,
 * because SNS would delete every endpoint, that is every device, with it. Answers ARN and version id alone.
 */
export function pushApplicationsRoute(
  clients: Clients,
  log: Log,
  waiting?: Waiting,
): (event: unknown) => Promise<void> {
  return async (raw) => {
    const event = readCloudFormationEvent(raw);
    if (event === undefined) throw new Error('not an event of CloudFormation');
    const error = await answerCloudFormation(event, () => work(clients, event), waiting);
    if (error === undefined) log.info('push-application-ready', { request: event.RequestType });
    else log.error('push-application-failed', { errorName: error instanceof Error ? error.name : 'unknown' });
  };
}

async function work(clients: Clients, event: CloudFormationEvent): Promise<CustomResourceResult> {
  if (event.RequestType === 'Delete')
    return { physicalResourceId: event.PhysicalResourceId ?? event.RequestId };
  const ensured = await ensureApplication(clients, readRequest(event.ResourceProperties));
  return {
    physicalResourceId: ensured.applicationArn,
    data: { ApplicationArn: ensured.applicationArn, SecretVersionId: ensured.secretVersionId },
  };
}
