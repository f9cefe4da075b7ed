/** The event that SNS publishes when a push it had accepted could not be delivered for good. */
import * as z from 'zod/mini';
import { type Failure, outcomeOfFailureType } from './outcomes.ts';

const Event = z.object({
  EventType: z.literal('DeliveryFailure'),
  EndpointArn: z
    .string()
    .check(z.regex(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:endpoint\/[A-Z_]+\/[^/\s]+\/[^/\s]+$/)),
  FailureType: z.string().check(z.minLength(1)),
  FailureMessage: z.optional(z.string()),
});

export interface DeliveryFailure {
  readonly endpointArn: string;
  /** `device-gone`: mark the endpoint. `later`: count. `misconfigured`: alarm, mark nobody. */
  readonly failure: Failure;
}

/**
 * Reads the `Message` of one SNS record. Undefined for everything that is no delivery failure (an
 * `EndpointCreated`, a test message, no JSON): such an event is counted by the caller and dropped.
 */
export function parseDeliveryFailure(message: string): DeliveryFailure | undefined {
  const event = Event.safeParse(parseJson(message));
  if (!event.success) return undefined;
  const { EndpointArn, FailureType, FailureMessage } = event.data;
  return { endpointArn: EndpointArn, failure: outcomeOfFailureType(FailureType, FailureMessage) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
