/** `$context` variables of one request, by the name that follows `$context.`. */
export type AccessLogContext = Readonly<Record<string, string | number>>;

/** A line in the stage's own format. A variable without a value becomes `-`, as API Gateway writes it. */
export function accessLogLine(format: string, context: AccessLogContext): string {
  return format.replaceAll(/\$context\.([A-Za-z]+(?:\.[A-Za-z]+)*)/g, (_all, name: string) =>
    String(context[name] ?? '-').replaceAll('"', '\\"'),
  );
}
