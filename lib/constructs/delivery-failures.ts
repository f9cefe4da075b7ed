import { Stack, Validations } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { EnsFunction } from './ens-function.ts';

/** Topic to which SNS reports pushes that failed for good; carries endpoint ARNs, no token and no content. */
export class DeliveryFailures extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { stage, key }: { readonly stage: string; readonly key: IKey }) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', {
      topicName: `ens-${stage}-delivery-failures`,
      enforceSSL: true,
      masterKey: key,
    });
    // A policy of one's own replaces the one that every new topic has; this says the same as that one.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new AnyPrincipal()],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'AWS:SourceOwner': Stack.of(this).account } },
      }),
    );
  }

  deliverTo(target: EnsFunction): void {
    this.topic.addSubscription(new LambdaSubscription(target.lambda));
    Validations.of(target.lambda).acknowledge({
      id: 'Serverless-SNSRedrivePolicy',
      reason:
        'SNS disables a failing endpoint by itself; the next push to it tells the same, so nothing is lost.',
    });
  }
}
