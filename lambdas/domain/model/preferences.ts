/** What a device wants to see of a mail; each step shows less than the one before. */
export const CONTENT_LEVELS = ['subject-and-sender', 'sender', 'none'] as const;
export type ContentLevel = (typeof CONTENT_LEVELS)[number];

/** Platforms that Amazon SNS delivers to. */
export const SNS_PLATFORMS = ['apns', 'apns-sandbox', 'fcm'] as const;
export type SnsPlatform = (typeof SNS_PLATFORMS)[number];

export const PLATFORMS = [...SNS_PLATFORMS, 'webpush'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** Public key of the phone's notification extension; previews are encrypted for it. */
export type PreviewKey =
  | {
      readonly kty: 'EC';
      readonly crv: 'P-256';
      readonly x: string;
      readonly y: string;
      readonly kid?: string | undefined;
    }
  | { readonly kty: 'OKP'; readonly crv: 'X25519'; readonly x: string; readonly kid?: string | undefined };

export interface Preferences {
  readonly content: ContentLevel;
  readonly badge: boolean;
  readonly sound: boolean;
  readonly previewKey?: PreviewKey | undefined;
}

/** The stricter of two levels. */
export function stricter(a: ContentLevel, b: ContentLevel): ContentLevel {
  return CONTENT_LEVELS.indexOf(a) >= CONTENT_LEVELS.indexOf(b) ? a : b;
}
