import * as z from 'zod/mini';

const eventSchema = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  ResourceType: z.string(),
  PhysicalResourceId: z.optional(z.string()),
  ResourceProperties: z.record(z.string(), z.unknown()),
});

/**
 * What CloudFormation sends for a custom resource. `ResponseURL` is a credential for one answer: never log
 * the event.
 */
export type CloudFormationEvent = z.infer<typeof eventSchema>;

/** What became of the resource. `data` is readable by `Fn::GetAtt`: ARNs and version ids, nothing secret. */
export interface CustomResourceResult {
  readonly physicalResourceId: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** A failure whose message is written for the operator and shown by CloudFormation as it stands. */
export class CustomResourceFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CustomResourceFailure';
  }
}

const ATTEMPTS = 4;
const ATTEMPT_TIMEOUT_MS = 5_000;
const PAUSE_MS = 500;

/** The event as CloudFormation's, or undefined where it is somebody else's. */
export function readCloudFormationEvent(event: unknown): CloudFormationEvent | undefined {
  const result = z.safeParse(eventSchema, event);
  return result.success ? result.data : undefined;
}

/**
 * Does the work that CloudFormation asked for and answers it with SUCCESS, or with FAILED and a reason: the
 * message of a CustomResourceFailure, of anything else its class alone. Returns the error that the work
 * failed with, so that the caller can log its class; throws only where the answer could not be delivered,
 * so that Lambda repeats the event.
 */
export async function answerCloudFormation(
  event: CloudFormationEvent,
  work: () => Promise<CustomResourceResult>,
): Promise<unknown> {
  const failed = (error: unknown) => ({
    Status: 'FAILED',
    Reason: reasonOf(error),
    PhysicalResourceId: event.PhysicalResourceId ?? event.RequestId,
  });
  let caught: unknown;
  const outcome = await work().then(
    (result) => ({
      Status: 'SUCCESS',
      PhysicalResourceId: result.physicalResourceId,
      Data: result.data ?? {},
    }),
    (error: unknown) => {
      caught = error;
      return failed(error);
    },
  );
  const { StackId, RequestId, LogicalResourceId } = event;
  await put(event.ResponseURL, JSON.stringify({ ...outcome, StackId, RequestId, LogicalResourceId }));
  return caught;
}

function reasonOf(error: unknown): string {
  if (error instanceof CustomResourceFailure) return error.message;
  const name = error instanceof Error ? error.name : 'an unknown error';
  return `${name}; the log of the function says more`;
}

/** The URL is presigned without a content type, so none may be sent: bytes carry none, a text would. */
async function put(url: string, body: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const status = await fetch(url, {
      method: 'PUT',
      body: new TextEncoder().encode(body),
      signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
    }).then(
      (response) => response.status,
      () => 0,
    );
    if (status >= 200 && status < 300) return;
    if (attempt === ATTEMPTS) throw new Error(`CloudFormation did not take the answer: status ${status}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * 2 ** (attempt - 1)));
  }
}
