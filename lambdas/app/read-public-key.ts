import { KMSClient } from '@aws-sdk/client-kms';
import { clientSettings } from '#adapters/aws-clients.ts';
import { readPublicKey } from '#adapters/webpush/vapid.ts';

/** In a file of its own, so that a page is answered without loading an AWS client. */
export function readVapidPublicKey(keyArn: string): Promise<string> {
  return readPublicKey({ client: new KMSClient(clientSettings(3_000)), keyArn });
}
