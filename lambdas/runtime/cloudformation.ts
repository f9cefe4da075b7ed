import * as z from 'zod/mini';
import { DependencyUnavailable } from '#domain/errors.ts';
import { denialIn, describeDenial, outlastDenials, REAL_WAITING, type Waiting } from './denials.ts';

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

/** Lambda repeats a failed event after a minute, so an event of this age has been repeated already. */
const REPEATED_AFTER_MS = 110_000;

/**
 * Does the work that CloudFormation asked for and answers it with SUCCESS, or with FAILED and a reason: the
 * message of a CustomResourceFailure, the action and role of a denial, of anything else its class alone.
 * Denials are waited out for a minute. Returns the error that the work failed with, for the caller's log.
 * Throws, so that Lambda repeats the event, where the answer could not be delivered and where the first
 * attempt ends with a denial: another instance has other credentials.
 */
export async function answerCloudFormation(
  event: CloudFormationEvent,
  work: () => Promise<CustomResourceResult>,
  waiting: Waiting = REAL_WAITING,
): Promise<unknown> {
  const failed = (error: unknown) => ({
    Status: 'FAILED',
    Reason: reasonOf(error),
    PhysicalResourceId: event.PhysicalResourceId ?? event.RequestId,
  });
  let caught: unknown;
  const outcome = await outlastDenials(work, waiting).then(
    (result) => ({
      Status: 'SUCCESS',
      PhysicalResourceId: result.physicalResourceId,
      Data: result.data ?? {},
    }),
    (error: unknown) => {
      const ageMs = waiting.now() - (requestedAt(event.ResponseURL) ?? 0);
      if (denialIn(error) !== undefined && ageMs < REPEATED_AFTER_MS) throw error;
      caught = error;
      return failed(error);
    },
  );
  const { StackId, RequestId, LogicalResourceId } = event;
  await put(event.ResponseURL, JSON.stringify({ ...outcome, StackId, RequestId, LogicalResourceId }));
  return caught;
}

/** When CloudFormation signed the URL for the answer (SigV4 query parameter). */
function requestedAt(responseUrl: string): number | undefined {
  const date = URL.parse(responseUrl)?.searchParams.get('X-Amz-Date') ?? '';
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  if (second === undefined) return undefined;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function reasonOf(error: unknown): string {
  if (error instanceof CustomResourceFailure) return error.message;
  if (error instanceof DependencyUnavailable && error.denial !== undefined)
    return describeDenial(error.denial, error.code);
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
