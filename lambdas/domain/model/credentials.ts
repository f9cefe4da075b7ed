/** What a phone puts into its JWE: how to sign in to Exchange as its user. Never stored, never logged. */
export type ExchangeAuth =
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'ntlm'; readonly username: string; readonly password: string; readonly domain: string }
  | {
      readonly type: 'bearer';
      readonly accessToken: string;
      /** ISO 8601 instant. */
      readonly expiresAt: string;
      readonly refresh?: TokenRefresh | undefined;
    }
  | {
      readonly type: 'certificate';
      /** PEM, leaf first, chain after it. */
      readonly certificate: string;
      /** PEM. */
      readonly privateKey: string;
      /** With `password`, or not at all: Basic behind the certificate. */
      readonly username?: string | undefined;
      readonly password?: string | undefined;
    };

export interface TokenRefresh {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly refreshToken: string;
  readonly scope: string;
}

export interface Credentials {
  readonly email: string;
  readonly auth: ExchangeAuth;
}

/** What the client's JWE holds beside the credentials: the device, the push token and the moment they are for. */
export interface CredentialsBinding {
  /** Of `/getpublickey`. */
  readonly challenge: string;
  readonly device: {
    readonly id: string;
    readonly platform: string;
    /** SHA-256 of the push token as sent, base64url. */
    readonly tokenSha256: string;
  };
  /** Random, made anew by the app whenever the credentials change. */
  readonly credentialsVersion?: string | undefined;
}

/** What the seal in the callback URL protects: the credentials, bound to one subscription and one server. */
export interface SealedContent extends Credentials {
  readonly subscriptionId: string;
  readonly ewsUrl: string;
}

/** Sign-in schemes as Exchange offers them in `WWW-Authenticate`, lower-case. */
export type SignInScheme = 'basic' | 'ntlm' | 'negotiate' | 'bearer' | 'certificate' | (string & {});
