import type { Modes } from '../modes.ts';

/** Texts are for people and localised; only codes mean something. */
export function faultText(code: string, language: Modes['language']): string {
  if (language === 'ko') return KOREAN[code] ?? '요청을 처리할 수 없습니다.';
  if (language === 'de') return GERMAN[code] ?? 'Die Anforderung kann nicht verarbeitet werden.';
  return ENGLISH[code] ?? 'The request cannot be served.';
}

export function languageTag(language: Modes['language']): string {
  return { en: 'en-US', ko: 'ko-KR', de: 'de-DE' }[language];
}

const ENGLISH: Readonly<Record<string, string>> = {
  ErrorServerBusy: 'The server is too busy for this request. Please try later.',
  ErrorInternalServerError: 'An internal server error occurred. The operation failed.',
  ErrorItemNotFound: 'The item is not in the store.',
  ErrorReadEventsFailed: 'Events of this subscription could not be retrieved. Create it anew.',
  ErrorMissedNotificationEvents: 'Some events of this subscription were missed.',
  ErrorNonExistentMailbox: 'No mailbox belongs to this SMTP address.',
  ErrorPasswordExpired: 'The password has expired.',
  ErrorAccountDisabled: 'The account is disabled.',
};

const KOREAN: Readonly<Record<string, string>> = {
  ErrorReadEventsFailed: '구독 이벤트를 읽지 못했습니다. 구독을 다시 만드십시오.',
  ErrorServerBusy: '서버가 지금 요청을 처리할 수 없습니다.',
};

const GERMAN: Readonly<Record<string, string>> = {
  ErrorReadEventsFailed: 'Ereignisse dieses Abonnements konnten nicht gelesen werden.',
  ErrorServerBusy: 'Der Server ist überlastet. Bitte später erneut versuchen.',
};
