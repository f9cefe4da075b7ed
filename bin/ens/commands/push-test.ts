import { EXIT } from '../failure.ts';
import { type Done, registrationId, type Session } from '../session.ts';
import { sendTestPush } from '../test-push.ts';
import { unknownRegistration } from './unknown-registration.ts';

/** `ens push-test <registrationId>`: a visible test push. */
export async function pushTest(session: Session, id: string): Done {
  const tools = await session.tools();
  const result = await session.working('Sending', sendTestPush(tools, registrationId(id)));
  if (result.kind === 'unknown') throw unknownRegistration();
  session.show(result, () =>
    result.kind === 'delivered'
      ? 'The push service accepted the test push. If it does not appear, the platform refused it: look for "delivery-failed" in the log of the upkeep function.\n'
      : `Not sent: ${result.reason}\n${result.nextStep}\n`,
  );
  return result.kind === 'delivered' ? EXIT.ok : EXIT.problems;
}
