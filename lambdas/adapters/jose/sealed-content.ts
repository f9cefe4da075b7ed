import type { ExchangeAuth, SealedContent, TokenRefresh } from '#domain/model/credentials.ts';
import { isRecord } from './compact.ts';

/**
 * Shape check of what we sealed ourselves: authentic by then, so this only guards against an older or newer
 * version of ours. Written by hand because the callback's path must not load a schema library.
 */
export function isSealedContent(value: unknown): value is SealedContent {
  return isRecord(value) && texts(value, ['subscriptionId', 'email', 'ewsUrl']) && isAuth(value.auth);
}

function isAuth(value: unknown): value is ExchangeAuth {
  if (!isRecord(value)) return false;
  switch (value.type) {
    case 'basic':
      return texts(value, ['username', 'password']);
    case 'ntlm':
      return texts(value, ['username', 'password', 'domain']);
    case 'bearer':
      return (
        texts(value, ['accessToken', 'expiresAt']) &&
        (value.refresh === undefined || isTokenRefresh(value.refresh))
      );
    case 'certificate':
      return (
        texts(value, ['certificate', 'privateKey']) &&
        optionalText(value.username) &&
        optionalText(value.password)
      );
    default:
      return false;
  }
}

function isTokenRefresh(value: unknown): value is TokenRefresh {
  return isRecord(value) && texts(value, ['tokenEndpoint', 'clientId', 'refreshToken', 'scope']);
}

function texts(value: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return names.every((name) => typeof value[name] === 'string');
}

function optionalText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}
