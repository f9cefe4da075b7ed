/** A Lambda handler that does nothing: what `alive` is measured against. */
export async function handler(): Promise<{ readonly statusCode: number; readonly body: string }> {
  return { statusCode: 200, body: '{"status":"ok"}' };
}
