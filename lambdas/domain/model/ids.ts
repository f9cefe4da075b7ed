/** Branded identifiers: a string of one kind is never taken for a string of another. */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** UUID of one device of one mailbox; what clients see as `registrationId`. */
export type RegistrationId = Branded<'RegistrationId'>;
/** UUID of one Exchange push subscription of ours. */
export type SubscriptionId = Branded<'SubscriptionId'>;
/** UUID of a mailbox. */
export type MailboxId = Branded<'MailboxId'>;
/** UUID of one push token at SNS. */
export type EndpointId = Branded<'EndpointId'>;
/** UUID of a key pair; the `kid` of what is encrypted for it. */
export type KeyPairId = Branded<'KeyPairId'>;
/** `<subscription UUID>.<128-bit HMAC, base64url>`: the first segment of a callback path. */
export type CallbackId = Branded<'CallbackId'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for a UUID in canonical lower-case form. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Brands a UUID. Throws TypeError where the text is none: ids come from us or from a checked path. */
export function asId<Id extends RegistrationId | SubscriptionId | MailboxId | EndpointId | KeyPairId>(
  text: string,
): Id {
  if (!isUuid(text)) throw new TypeError('not a UUID in canonical form');
  return text as Id;
}

/** First segment of a callback path: the subscription and `mac`, 22 characters of base64url. */
export function asCallbackId(id: SubscriptionId, mac: string): CallbackId {
  return `${id}.${mac}` as CallbackId;
}
