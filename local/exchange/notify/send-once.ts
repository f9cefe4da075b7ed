import { readAnswer } from './answer.ts';
import type { Poster } from './post.ts';

export interface SendResult {
  readonly verdict: 'ok' | 'unsubscribe' | 'failed';
  /** Epoch ms, the world's clock, when it was sent. */
  readonly at: number;
  /** Real time until the answer. */
  readonly ms: number;
  readonly status?: number | undefined;
  readonly answer?: string | undefined;
  readonly error?: string | undefined;
  readonly requestId?: string | undefined;
}

/** Sends one notification once and reads the answer. Never rejects. */
export async function sendOnce(
  poster: Poster,
  now: () => number,
  url: string,
  body: string,
): Promise<SendResult> {
  const at = now();
  const started = performance.now();
  try {
    const answer = await poster.post(url, body);
    const ms = performance.now() - started;
    const { status, requestId } = answer;
    return { verdict: readAnswer(answer), at, ms, status, answer: answer.body, requestId };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { verdict: 'failed', at, ms: performance.now() - started, error: text };
  }
}
