/** `try-again` is a 503: Exchange repeats the request after 30 s. `forbidden` is an empty 403. */
export type CallbackAnswer = 'ok' | 'unsubscribe' | 'forbidden' | 'try-again';

/** While the oldest event is younger than this, Exchange is asked to come again rather than the mail owed. */
export const REPEAT_WINDOW_MS = 5 * 60_000;
