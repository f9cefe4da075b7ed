import * as z from 'zod';
import { CommandFailure, EXIT } from '../failure.ts';
import { outputsSchema, type Stack } from './stack.ts';

const answerSchema = z.object({
  outputs: outputsSchema,
  region: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  endpoints: z.object({ aws: z.string(), lambda: z.string(), cloudWatch: z.string(), iam: z.string() }),
  nowMs: z.number(),
});

/** The stack of a local world (`npm start`), as it describes itself at `/local/stack`. */
export async function findLocalStack(origin: string): Promise<Stack> {
  const answer = await describe(origin);
  const { region, credentials, endpoints } = answer;
  // The world's clock may have been moved: what we write has to carry its time.
  const aheadMs = answer.nowMs - Date.now();
  return {
    place: `the local world at ${origin}`,
    outputs: answer.outputs,
    aws: { region, credentials, endpoint: endpoints.aws },
    lambda: { region, credentials, endpoint: endpoints.lambda },
    cloudWatch: { region, credentials, endpoint: endpoints.cloudWatch },
    iam: { region, credentials, endpoint: endpoints.iam },
    now: () => Date.now() + aheadMs,
  };
}

async function describe(origin: string): Promise<z.infer<typeof answerSchema>> {
  try {
    const response = await fetch(new URL('/local/stack', origin), { signal: AbortSignal.timeout(10_000) });
    return answerSchema.parse(await response.json());
  } catch {
    throw new CommandFailure(
      EXIT.unreachable,
      `No local world answers at ${origin}.`,
      'Start one with `npm start`, or name its address: `--local http://127.0.0.1:<port>`.',
    );
  }
}
