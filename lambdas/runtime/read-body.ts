import type { z } from 'zod';
import { type Outcome, refuse } from '#domain/errors.ts';

/** A JSON body by schema, or REQUEST_INVALID that names the first wrong member, never its value. */
export function readBody<T extends z.ZodType>(body: Uint8Array, schema: T): Outcome<z.infer<T>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return refuse('REQUEST_INVALID', 'The body is not JSON in UTF-8.', { extra: { field: 'body' } });
  }
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') || 'body';
  return refuse('REQUEST_INVALID', `\`${field}\` is missing or of the wrong form (${expected(issue)}).`, {
    extra: { field },
  });
}

/** What was expected, in the schema's words. zod's own message is not used: it may quote what was sent. */
function expected(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'invalid_type':
      return `expected ${issue.expected}`;
    case 'invalid_value':
      return `expected one of ${issue.values.map(String).join(', ')}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'invalid_union':
      return 'expected one of the documented forms';
    default:
      return 'see the API description';
  }
}
