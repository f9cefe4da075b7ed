import type { RegistrationId } from '../model/ids.ts';
import type { Platform, PreviewKey } from '../model/preferences.ts';

/** Alert texts as the device may see them; content rules are applied before, limits of the wire after. */
export interface NewMailPush {
  readonly type: 'new-mail';
  /** Absent: neutral "New message". Present without subject: sender alone. Empty: the mail names none. */
  readonly sender?: string | undefined;
  /** Absent: may not be shown. Empty: the mail has none. */
  readonly subject?: string | undefined;
  /** More than one: "n new messages", without sender or subject. */
  readonly count: number;
  readonly itemId?: string | undefined;
  /** Conversation or undefined; becomes a thread id that discloses nothing. */
  readonly thread?: string | undefined;
  /** Same key, same notification on the phone. ASCII, 64 bytes at most. */
  readonly collapseKey: string;
  readonly badge?: number | undefined;
  readonly sound: boolean;
}

export type Push =
  | NewMailPush
  | { readonly type: 'badge'; readonly badge: number }
  /** "Sign in again". */
  | { readonly type: 'sign-in' }
  /** Silent: the app registers again in the background. */
  | { readonly type: 'wake' }
  /** Visible wake: "Open the app to keep receiving mail". */
  | { readonly type: 'open-app' };

/** What travels sealed for a `previewKey`; absent members may not be shown or are unknown. */
export interface Preview {
  readonly sender?: string | undefined;
  readonly subject?: string | undefined;
  readonly thread?: string | undefined;
  readonly item?: string | undefined;
}

export interface PreviewSealer {
  /**
   * Compact JWE (ECDH-ES, A256GCM) of at most `maxBytes` ASCII characters; sender and subject are cut at
   * grapheme borders to fit. Undefined where the key is unusable or nothing fits: the push is then neutral.
   */
  seal(key: PreviewKey, preview: Preview, maxBytes: number): Promise<string | undefined>;
}

export interface PushTarget<P extends Platform = Platform> {
  readonly registrationId: RegistrationId;
  /** Endpoint ARN at SNS, or the sealed subscription of Web Push. */
  readonly endpointArn: string;
  readonly platform: P;
  /** Sender, subject, thread and item id travel encrypted for this key; the visible alert is neutral. */
  readonly previewKey?: PreviewKey | undefined;
}

/** What became of one push. `later`: safe to repeat. `misconfigured`: our set-up, not the phone. */
export type PushOutcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'device-gone' }
  | { readonly kind: 'later'; readonly code: string }
  | { readonly kind: 'misconfigured'; readonly code: string };

export interface PushSender<P extends Platform = Platform> {
  /** Never throws: every answer and every failure of the push service is an outcome. */
  send(target: PushTarget<P>, push: Push): Promise<PushOutcome>;
}

export type EndpointOutcome =
  | { readonly kind: 'ready'; readonly endpointArn: string }
  | { readonly kind: 'platform-not-configured' }
  | { readonly kind: 'token-invalid'; readonly detail: string }
  | { readonly kind: 'later'; readonly code: string }
  | { readonly kind: 'misconfigured'; readonly code: string };

export interface PushEndpoints<P extends Platform = Platform> {
  /**
   * Endpoint for this token, created or found, and enabled. `knownArn` is the one stored for the same token.
   * A different token is always a different endpoint.
   */
  ensure(request: {
    readonly platform: P;
    readonly token: string;
    readonly knownArn?: string | undefined;
  }): Promise<EndpointOutcome>;
  /** Platforms that this deployment can push to. */
  configuredPlatforms(): readonly P[];
}
