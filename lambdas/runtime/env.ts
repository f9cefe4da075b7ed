import * as z from 'zod/mini';
import { VARIABLES } from '#contract';

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
const text = z.string().check(z.minLength(1));
const optionalText = z.optional(
  z.pipe(
    z.string(),
    z.transform((value) => (value === '' ? undefined : value)),
  ),
);
const flag = z.pipe(
  z.enum(['true', 'false']),
  z.transform((value) => value === 'true'),
);

export const field = { arn, list, number, flag, text, optionalText };

/** Groups of variables that several functions read. Keys are the variables' own names. */
export const group = {
  stage: { [VARIABLES.stage]: text, [VARIABLES.version]: text },
  database: {
    [VARIABLES.databaseArn]: arn,
    [VARIABLES.databaseSecretArn]: arn,
    [VARIABLES.databaseName]: text,
  },
  applications: {
    [VARIABLES.applicationApns]: optionalText,
    [VARIABLES.applicationApnsSandbox]: optionalText,
    [VARIABLES.applicationFcm]: optionalText,
  },
  webPush: {
    [VARIABLES.vapidKeyArn]: optionalText,
    [VARIABLES.pushContact]: optionalText,
    [VARIABLES.allowedPushHosts]: list,
    [VARIABLES.appUrl]: optionalText,
  },
  exchange: {
    [VARIABLES.pepperSecretArn]: arn,
    [VARIABLES.wrappingKeyArn]: arn,
    [VARIABLES.callbackBaseUrl]: text,
    [VARIABLES.allowedExchangeHosts]: list,
    [VARIABLES.allowedExchangeCidrs]: list,
    [VARIABLES.allowedTokenHosts]: list,
    [VARIABLES.furtherExchangePaths]: list,
    [VARIABLES.extraCaFile]: optionalText,
    [VARIABLES.statusFrequencyMinutes]: number(1, 1_440),
    [VARIABLES.contentCeiling]: z.enum(['subject-and-sender', 'sender', 'none']),
    [VARIABLES.splittingAllowed]: flag,
    [VARIABLES.keyLifeDays]: number(1, 3_650),
  },
} as const;

/** The variables of `group.webPush` by the names that the adapter gives them. */
export function webPushSettings(env: {
  readonly [VARIABLES.allowedPushHosts]: readonly string[];
  readonly [VARIABLES.vapidKeyArn]?: string | undefined;
  readonly [VARIABLES.pushContact]?: string | undefined;
  readonly [VARIABLES.appUrl]?: string | undefined;
}) {
  return {
    allowedPushHosts: env[VARIABLES.allowedPushHosts],
    vapidKeyArn: env[VARIABLES.vapidKeyArn],
    contact: env[VARIABLES.pushContact],
    appUrl: env[VARIABLES.appUrl],
  };
}

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
