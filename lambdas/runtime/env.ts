import * as z from 'zod/mini';

/**
 * Pieces of the functions' environment schemas. A function that starts with a wrong or missing variable
 * fails at once and names it; it never starts half-configured.
 */
const list = z.pipe(
  z._default(z.string(), ''),
  z.transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  ),
);

function number(minimum: number, maximum: number) {
  return z.pipe(
    z.string().check(z.regex(/^\d+$/)),
    z.pipe(z.transform(Number), z.number().check(z.minimum(minimum), z.maximum(maximum))),
  );
}

const arn = z.string().check(z.regex(/^arn:/));
const optionalArn = z.optional(
  z.pipe(
    z.string(),
    z.transform((text) => (text === '' ? undefined : text)),
  ),
);
const flag = z.pipe(
  z.enum(['true', 'false']),
  z.transform((text) => text === 'true'),
);
const optionalText = z.optional(
  z.pipe(
    z.string(),
    z.transform((text) => (text === '' ? undefined : text)),
  ),
);

export const field = {
  arn,
  optionalArn,
  list,
  number,
  flag,
  text: z.string().check(z.minLength(1)),
  optionalText,
};

/** Reads the environment by schema. Throws an Error that names every wrong variable, never a value. */
export function readVariables<T extends z.ZodMiniType>(
  schema: T,
  env: Readonly<Record<string, string | undefined>>,
): z.infer<T> {
  const result = z.safeParse(schema, env);
  if (result.success) return result.data;
  const names = [...new Set(result.error.issues.map((issue) => String(issue.path[0])))];
  throw new Error(`environment variables missing or wrong: ${names.join(', ')}`);
}
