import { notificationReply } from '#adapters/ews/incoming/notification-reply.ts';
import type { createAcceptCallback } from '#domain/callback/accept-callback.ts';
import type { CallbackAnswer } from '#domain/callback/handling/answer.ts';
import { empty, type HttpReply, xml } from '#runtime/http.ts';
import type { Route } from '#runtime/http-function.ts';

/** Exchange's call: path and body in, SOAP answer out. */
export function createCallbackRoute(acceptCallback: ReturnType<typeof createAcceptCallback>): Route {
  return async ({ path, body }) =>
    reply(await acceptCallback({ callbackId: path.subscriptionId ?? '', sealed: path.sealed ?? '', body }));
}

export function reply(answer: CallbackAnswer): HttpReply {
  switch (answer) {
    case 'ok':
      return xml(200, notificationReply('OK'));
    case 'unsubscribe':
      return xml(200, notificationReply('Unsubscribe'));
    case 'forbidden':
      return empty(403);
    case 'try-again':
      return empty(503);
  }
}
