import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/**
 * Encrypts what our topics hold. The key that AWS manages for SNS does not do: CloudWatch may not use it, so that no
 * alarm would arrive.
 */
export function createTopicKey(scope: Construct, id: string, stage: string): Key {
  const key = new Key(scope, id, {
    alias: `ens-${stage}-topics`,
    description: 'ENS: encrypts alarms and delivery failures on their way',
    enableKeyRotation: true,
    pendingWindow: Duration.days(7),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'WhatPublishes',
      effect: Effect.ALLOW,
      principals: [
        new ServicePrincipal('cloudwatch.amazonaws.com'),
        new ServicePrincipal('sns.amazonaws.com'),
      ],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
  return key;
}
