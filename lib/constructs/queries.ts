import { type ILogGroup, QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface QueriesProps {
  readonly stage: string;
  readonly logs: {
    readonly register: ILogGroup;
    readonly callback: ILogGroup;
    readonly access: ILogGroup;
  };
}

interface QueryText {
  readonly log: keyof QueriesProps['logs'];
  readonly fields?: string[];
  readonly filterStatements: string[];
  readonly statsStatements?: string[];
}

/** The cases of docs/runbook.md, "troubleshooting", ready to run in CloudWatch Logs Insights. */
const QUERIES: Readonly<Record<string, QueryText>> = {
  '1 autodiscover errors': {
    log: 'register',
    fields: ['@timestamp', 'requestId', 'code'],
    filterStatements: ['code = "AUTODISCOVER_FAILED"'],
  },
  '2 Exchange says 401': {
    log: 'register',
    fields: ['@timestamp', 'requestId', 'code'],
    filterStatements: ['code in ["EWS_UNAUTHORIZED", "TOO_MANY_ATTEMPTS"]'],
  },
  '3 no logs at all': {
    log: 'access',
    filterStatements: ['ispresent(routeKey)'],
    statsStatements: ['count(*) by routeKey, status, bin(1h)'],
  },
  '4 wrong API token': {
    log: 'access',
    filterStatements: ['status = 401'],
    statsStatements: ['count(*) by routeKey, bin(1h)'],
  },
  '10 who is refused': {
    log: 'register',
    fields: ['@timestamp', 'refused', 'sources', 'most'],
    filterStatements: ['message = "calls-refused"'],
  },
  '5 wrong EWS URL': {
    log: 'register',
    fields: ['@timestamp', 'requestId', 'code'],
    filterStatements: [
      'code in ["EWS_URL_REFUSED", "EWS_NOT_FOUND", "EWS_TLS_FAILED", "EWS_UNREACHABLE", "EWS_FORBIDDEN"]',
    ],
  },
  '6 Exchange cannot reach us': {
    log: 'access',
    filterStatements: ['routeKey like /callback/'],
    statsStatements: ['count(*) by status, bin(30m)'],
  },
  '7 Exchange is busy, slow or silent': {
    log: 'callback',
    filterStatements: [
      'message = "exchange-failed" and kind in ["busy", "timeout", "unreachable", "failed"]',
    ],
    statsStatements: ['count(*) by kind, code, bin(15m)'],
  },
  '8 a mailbox was moved': {
    log: 'callback',
    fields: ['@timestamp', 'requestId', 'message', 'kind', 'reason', 'subscriptionId'],
    filterStatements: [
      'kind in ["moved", "not-found"] or message in ["renewing", "renewal-failed", "renewal-postponed"]',
    ],
  },
  '9 "New message" alone': {
    log: 'callback',
    fields: [
      '@timestamp',
      'requestId',
      'level',
      'message',
      'code',
      'kind',
      'subscriptionId',
      'errorName',
      'at',
    ],
    filterStatements: ['level in ["WARN", "ERROR"]'],
  },
};

/** Saved queries under the folder `ENS-<stage>`. */
export class Queries extends Construct {
  constructor(scope: Construct, id: string, { stage, logs }: QueriesProps) {
    super(scope, id);
    for (const [title, { log, ...text }] of Object.entries(QUERIES)) {
      new QueryDefinition(this, title.replaceAll(/\W/g, ''), {
        queryDefinitionName: `ENS-${stage}/${title}`,
        logGroups: [logs[log]],
        queryString: new QueryString({
          ...text,
          ...(text.fields ? { sort: '@timestamp desc', limit: 100 } : {}),
        }),
      });
    }
  }
}
