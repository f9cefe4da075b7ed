import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { describeBug } from '#domain/describe-bug.ts';
import { type HttpReply, type HttpRequest, readRequest } from './http.ts';
import type { Telemetry } from './telemetry.ts';

export type Route = (request: HttpRequest) => Promise<HttpReply>;

/**
 * A Lambda handler around a route: correlation id in, metrics out, and nothing escapes as a stack trace.
 * `onBug` makes the reply for what no use case expected; the log gets the error's class and place alone, because its
 * message may hold what a user or Exchange sent.
 */
export function httpFunction(
  telemetry: Telemetry,
  route: Route,
  onBug: (request: HttpRequest) => HttpReply,
): middy.MiddyfiedHandler<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .before(({ event }) => telemetry.beginRequest(event.requestContext.requestId))
    .after(() => telemetry.flush())
    .onError(async (request) => {
      telemetry.log.error('unexpected', describeBug(request.error));
      await telemetry.flush();
      request.response = onBug(readRequest(request.event));
    })
    .handler((event) => route(readRequest(event)));
}
