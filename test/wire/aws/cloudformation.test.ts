import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  answerCloudFormation,
  type CloudFormationEvent,
  CustomResourceFailure,
  readCloudFormationEvent,
} from '#runtime/cloudformation.ts';
import { type CloudFormationSide, startCloudFormationSide } from '../../support/cloudformation.ts';

let cloudFormation: CloudFormationSide;
beforeAll(async () => {
  cloudFormation = await startCloudFormationSide();
});
afterAll(() => cloudFormation.close());

function event(type: 'Create' | 'Update' | 'Delete', physicalResourceId?: string): CloudFormationEvent {
  const read = readCloudFormationEvent(cloudFormation.event(type, { Version: '1' }, physicalResourceId));
  if (read === undefined) throw new Error('not an event');
  return read;
}

const lastAnswer = () => cloudFormation.answers.at(-1);

describe('reading an event', () => {
  test.each([
    ['a schedule', { source: 'aws.events', 'detail-type': 'Scheduled Event' }],
    ['a notification', { Records: [{ EventSource: 'aws:sns' }] }],
    ['nothing', undefined],
  ])('does not take %s for CloudFormation', (_, other) => {
    expect(readCloudFormationEvent(other)).toBeUndefined();
  });
});

describe('answering CloudFormation', () => {
  test('reports success with the id of the resource and its data', async () => {
    const error = await answerCloudFormation(event('Create'), async () => ({
      physicalResourceId: 'arn:thing',
      data: { ThingArn: 'arn:thing' },
    }));
    expect(error).toBeUndefined();
    expect(lastAnswer()).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: 'arn:thing',
      StackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/ens-prod-service/1',
      RequestId: 'request-1',
      LogicalResourceId: 'Resource',
      Data: { ThingArn: 'arn:thing' },
    });
  });

  test('sends no content type, which the presigned URL was signed without', async () => {
    await answerCloudFormation(event('Create'), async () => ({ physicalResourceId: 'x' }));
    const sent = cloudFormation.headers.at(-1);
    expect(sent?.['content-type']).toBeUndefined();
    expect(sent?.['content-length']).toBe(String(cloudFormation.bodies.at(-1)?.length));
  });

  test('passes on what a failure says to the operator and keeps the id of the resource', async () => {
    const failure = new CustomResourceFailure('The secret "ens/apns" is not JSON.');
    const error = await answerCloudFormation(event('Update', 'arn:old'), () => Promise.reject(failure));
    expect(error).toBe(failure);
    expect(lastAnswer()).toMatchObject({
      Status: 'FAILED',
      Reason: 'The secret "ens/apns" is not JSON.',
      PhysicalResourceId: 'arn:old',
    });
  });

  test('tells of any other error its class alone', async () => {
    await answerCloudFormation(event('Create'), () => Promise.reject(new TypeError('MARKER-SECRET')));
    expect(lastAnswer()).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'request-1' });
    expect(lastAnswer()?.Reason).toBe('TypeError; the log of the function says more');
  });

  test('repeats an answer that was not taken', async () => {
    const before = cloudFormation.answers.length;
    cloudFormation.answerWith(503);
    await answerCloudFormation(event('Create'), async () => ({ physicalResourceId: 'again' }));
    expect(cloudFormation.answers).toHaveLength(before + 1);
  });
});
