import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { expect, test } from '@jest/globals';
import { accessKeyIdOf } from '../../local/functions/environment.ts';
import { useWorld } from '../support/world.ts';

/** The deployed policies without what lets the callback publish. */
const world = useWorld({
  adjustStatements: (functionId, statements) =>
    functionId === 'callback'
      ? statements.filter(({ Action }) => ![Action].flat().includes('sns:Publish'))
      : statements,
});

test('a call that the template does not allow is denied in the words of AWS, and no mail is lost by it', async () => {
  const { registerPhone, world: running, deliverMail, notifications } = world();
  const { phone } = await registerPhone();
  await deliverMail(phone.email);
  const publish = running.calls.all().find(({ action }) => action === 'Publish');
  expect(publish).toMatchObject({ function: 'callback', service: 'sns', outcome: 'AuthorizationError' });
  expect(notifications(phone)).toEqual([]);
  // Exchange keeps the event and tries again; the subscription lives.
  expect(running.exchange.subscriptions(phone.email)).toMatchObject([{ state: 'retrying' }]);
});

test('the denial reads as AWS writes it, with role, action and resource', async () => {
  const { world: running } = world();
  const client = new SNSClient({
    region: 'eu-central-1',
    endpoint: running.aws.origin,
    credentials: { accessKeyId: accessKeyIdOf('ens-local-callback'), secretAccessKey: 'local' },
  });
  const endpoint = 'arn:aws:sns:eu-central-1:123456789012:endpoint/APNS/ens-local-apns/0';
  const denied = client.send(new PublishCommand({ TargetArn: endpoint, Message: 'x' }));
  await expect(denied).rejects.toThrow(
    new RegExp(
      `^User: arn:aws:sts::123456789012:assumed-role/\\S+callback\\S*/\\S+ is not authorized to perform: SNS:Publish on resource: ${endpoint} because no identity-based policy allows the SNS:Publish action$`,
      'i',
    ),
  );
  client.destroy();
});
