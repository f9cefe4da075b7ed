import * as z from 'zod/mini';
import { CustomResourceFailure } from '#runtime/cloudformation.ts';

const schema = z.object({
  Platform: z.enum(['APNS', 'APNS_SANDBOX', 'GCM']),
  Name: z.string().check(z.regex(/^[A-Za-z0-9_.-]{1,256}$/)),
  ApplicationArn: z.string().check(z.regex(/^arn:[a-z-]+:sns:/)),
  SecretName: z.string().check(z.minLength(1)),
  BundleId: z.optional(z.string()),
  DeliveryFailureTopicArn: z.string().check(z.regex(/^arn:[a-z-]+:sns:/)),
});

/** One platform application as the template asks for it. Nothing in it is secret. */
export interface ApplicationRequest {
  readonly platform: 'APNS' | 'APNS_SANDBOX' | 'GCM';
  readonly name: string;
  /** The ARN that SNS gives an application of this name. */
  readonly applicationArn: string;
  readonly secretName: string;
  readonly bundleId?: string | undefined;
  readonly deliveryFailureTopicArn: string;
}

/** Throws CustomResourceFailure that names the properties which are missing or wrong. */
export function readRequest(properties: Readonly<Record<string, unknown>>): ApplicationRequest {
  const result = z.safeParse(schema, properties);
  if (!result.success) {
    const names = [...new Set(result.error.issues.map((issue) => String(issue.path[0])))];
    throw new CustomResourceFailure(`Properties missing or wrong: ${names.join(', ')}`);
  }
  const { data } = result;
  return {
    platform: data.Platform,
    name: data.Name,
    applicationArn: data.ApplicationArn,
    secretName: data.SecretName,
    bundleId: data.BundleId,
    deliveryFailureTopicArn: data.DeliveryFailureTopicArn,
  };
}
