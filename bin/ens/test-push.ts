import type { RegistrationId } from '#domain/model/ids.ts';
import type { Push } from '#domain/ports/push.ts';
import type { Tools } from './tools.ts';

/** Visible on the phone, says what it is, and carries nothing of anybody's mail. */
const TEST_PUSH: Push = {
  type: 'new-mail',
  sender: 'ENS',
  subject: 'Test notification from your administrator',
  count: 1,
  collapseKey: 'ens-test',
  sound: true,
};

export type TestPush =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly code: string; readonly reason: string; readonly nextStep: string };

/** Sends a test push to one device with the operator's own rights. */
export async function sendTestPush(tools: Tools, registrationId: RegistrationId): Promise<TestPush> {
  const device = await tools.operator.showDevice(registrationId);
  if (device === undefined) return { kind: 'unknown' };
  const { endpointArn, platform } = device;
  const outcome = await tools.push.send({ registrationId, endpointArn, platform }, TEST_PUSH);
  switch (outcome.kind) {
    case 'delivered':
      return { kind: 'delivered' };
    case 'device-gone':
      return {
        kind: 'failed',
        code: 'device-gone',
        reason: 'The push service no longer accepts this device’s push token.',
        nextStep: 'Open the app on the phone: it registers again with a new token.',
      };
    case 'later':
      return {
        kind: 'failed',
        code: outcome.code,
        reason: `The push service did not take it for the moment (${outcome.code}).`,
        nextStep: 'Try again; if it stays so, look at the AWS Health Dashboard.',
      };
    case 'misconfigured':
      return {
        kind: 'failed',
        code: outcome.code,
        reason: `The push service refused it because of the set-up (${outcome.code}).`,
        nextStep:
          'If it is an authorisation, your own credentials lack sns:Publish (browsers: kms:Sign). Else the platform application is missing or disabled: check Apple’s or Google’s key in its secret and deploy again.',
      };
  }
}
