import type { CallbackSettings } from '#domain/callback/handling/ports.ts';
import { DAY_MS } from './memory/clock.ts';

/** Those of a deployment that changes nothing. */
export const CALLBACK_SETTINGS: CallbackSettings = {
  callbackBaseUrl: 'https://ens.example.com/api/ens/callback',
  callbackUrlCharacters: 2_083,
  statusFrequencyMinutes: 30,
  contentCeiling: 'subject-and-sender',
  keyLifeMs: 30 * DAY_MS,
  exchangeBudgetMs: 10_000,
  answerBudgetMs: 15_000,
  itemsPerFetch: 50,
  pushesPerRequest: 5,
};
