import type { PushedErrorConsequence } from '#domain/model/mailbox-event.ts';
import type { ExchangeFailure } from '#domain/ports/exchange.ts';

/** What a response code means where Exchange pushes it, and where it answers a call of ours with it. */
export interface CodeRow {
  readonly pushed: PushedErrorConsequence;
  readonly call:
    | 'credentials-dead'
    | 'no-mailbox'
    | 'forbidden'
    | 'moved'
    | 'busy'
    | 'subscription-limit'
    | 'failed';
  readonly why?: Extract<ExchangeFailure, { kind: 'forbidden' }>['why'];
  readonly ours?: Extract<ExchangeFailure, { kind: 'failed' }>['ours'];
  /** Said of one item: it no longer exists. */
  readonly gone?: true;
}

/** The subscription is no longer there. Exchange never resumes it, whatever is answered. */
const GONE: CodeRow = { pushed: 'subscribe-again', call: 'failed' };
/** Another server serves the mailbox. */
const MOVED: CodeRow = { pushed: 'rediscover', call: 'moved' };
/** The account has no mailbox here. Old servers say so after a migration, so that it proves nothing alone. */
const NO_MAILBOX: CodeRow = { pushed: 'no-mailbox', call: 'no-mailbox' };
/** Passes by itself: asked again within the budget. */
const PASSING: CodeRow = { pushed: 'wait', call: 'busy' };
/** Proof, not a symptom: ends the subscription. */
const DEAD: CodeRow = { pushed: 'credentials-dead', call: 'credentials-dead' };
/** An administrator has to act; what was allowed yesterday may be allowed again tomorrow. */
const BLOCKED: CodeRow = { pushed: 'wait', call: 'forbidden' };
/** Our request is wrong: a defect. It says nothing in a push. */
const OURS: CodeRow = { pushed: 'unknown', call: 'failed', ours: 'request' };
/** About one item or folder, or about the server's own set-up. It says nothing of the subscription. */
const FAILED: CodeRow = { pushed: 'unknown', call: 'failed' };
const ITEM_GONE: CodeRow = { ...FAILED, gone: true };

const ROWS: readonly (readonly [row: CodeRow, codes: string])[] = [
  [
    GONE,
    `ErrorReadEventsFailed ErrorEventNotFound ErrorMissedNotificationEvents ErrorExpiredSubscription
     ErrorInvalidSubscription ErrorSubscriptionNotFound ErrorSubscriptionUnsubscribed
     ErrorSubscriptionUnsubsribed ErrorInvalidWatermark`,
  ],
  [
    MOVED,
    `ErrorProxyRequestNotAllowed ErrorProxyGroupSidLimitExceeded ErrorCrossSiteRequest
     ErrorIncorrectServerVersion ErrorWrongServerVersion ErrorWrongServerVersionDelegate
     ErrorInvalidSchemaVersionForMailboxVersion ErrorNoDestinationCASDueToVersionMismatch
     ErrorNoDestinationCASDueToKerberosRequirements ErrorNoDestinationCASDueToSSLRequirements`,
  ],
  [
    NO_MAILBOX,
    'ErrorNonExistentMailbox ErrorAccountDisabled ErrorMissingEmailAddress ErrorCallerIsInvalidADAccount',
  ],
  [
    PASSING,
    `ErrorServerBusy ErrorExceededConnectionCount ErrorTooManyObjectsOpened ErrorBatchProcessingStopped
     ErrorMailboxMoveInProgress ErrorMailboxStoreUnavailable ErrorMailboxFailover ErrorADUnavailable
     ErrorADOperation ErrorInternalServerTransientError ErrorInsufficientResources ErrorNotEnoughMemory
     ErrorTimeoutExpired ErrorConnectionFailed ErrorConnectionFailedTransientError ErrorClientDisconnected
     ErrorRequestAborted ErrorDataSourceOperation ErrorProxyRequestProcessingFailed ErrorProxyCallFailed
     ErrorProxyTokenExpired ErrorProxyServiceDiscoveryFailed ErrorProxiedSubscriptionCallFailure
     ErrorServiceDiscoveryFailed ErrorAutoDiscoverFailed ErrorNoApplicableProxyCASServersAvailable
     ErrorNoRespondingCASInDestinationSite ErrorInvalidClientSecurityContext`,
  ],
  [{ pushed: 'wait', call: 'failed' }, 'ErrorInternalServerError'],
  [DEAD, 'ErrorPasswordExpired ErrorPasswordChangeRequired ErrorOrganizationAccessBlocked'],
  [BLOCKED, 'ErrorAccessDenied ErrorInvalidAuthorizationContext ErrorInvalidLicense'],
  // The credentials are valid but somebody else's: nothing that ending the subscription would repair.
  [{ pushed: 'denied', call: 'forbidden', why: 'not-the-owner' }, 'ErrorSubscriptionAccessDenied'],
  [
    { pushed: 'unknown', call: 'forbidden', why: 'not-primary' },
    'ErrorSubscriptionDelegateAccessNotSupported',
  ],
  [{ pushed: 'unknown', call: 'subscription-limit' }, 'ErrorExceededSubscriptionCount'],
  [{ pushed: 'unknown', call: 'failed', ours: 'callback-url' }, 'ErrorInvalidPushSubscriptionUrl'],
  [
    OURS,
    `ErrorInvalidSubscriptionRequest ErrorInvalidPullSubscriptionId ErrorInvalidServerVersion
     ErrorIncorrectSchemaVersion ErrorSchemaValidation ErrorInvalidRequest ErrorInvalidOperation
     ErrorInvalidArgument ErrorMissingArgument ErrorInvalidPropertySet ErrorInvalidPropertyRequest
     ErrorDuplicateSOAPHeader ErrorRequestStreamTooBig ErrorMultiLegacyMailboxAccess
     ErrorDistinguishedUserNotSupported`,
  ],
  [ITEM_GONE, 'ErrorItemNotFound ErrorVirusMessageDeleted'],
  [
    FAILED,
    `ErrorItemCorrupt ErrorCorruptData ErrorItemPropertyRequestFailed ErrorContentConversionFailed
     ErrorMimeContentConversionFailed ErrorUnsupportedTypeForConversion ErrorDataSizeLimitExceeded
     ErrorVirusDetected ErrorObjectTypeChanged ErrorInvalidId ErrorInvalidIdEmpty ErrorInvalidIdMalformed
     ErrorInvalidIdMalformedEwsLegacyIdFormat ErrorInvalidIdMonikerTooLong
     ErrorInvalidIdStoreObjectIdTooLong ErrorInvalidIdTooManyAttachmentLevels ErrorInvalidChangeKey
     ErrorCannotUseFolderIdForItemId ErrorCannotUseItemIdForFolderId
     ErrorCalendarCannotUseIdForOccurrenceId ErrorCalendarCannotUseIdForRecurringMasterId
     ErrorCalendarInvalidPropertyState ErrorCalendarInvalidRecurrence ErrorCalendarInvalidTimeZone
     ErrorFolderNotFound ErrorFolderCorrupt ErrorFolderPropertRequestFailed ErrorInvalidFolderId
     ErrorInvalidFolderTypeForOperation ErrorMailboxConfiguration ErrorNonPrimarySmtpAddress
     ErrorInvalidSmtpAddress ErrorDuplicateLegacyDistinguishedName ErrorQuotaExceeded
     ErrorInvalidCrossForestCredentials ErrorInvalidNetworkServiceContext
     ErrorInvalidSerializedAccessToken ErrorTokenSerializationDenied ErrorWin32InteropError`,
  ],
];

/**
 * Exchange's response codes (MS-OXWSCDATA, ResponseCodeType) that a GetFolder, a GetItem, a Subscribe or a push can
 * meet. `test/fixtures/ews/response-codes.txt` lists every code of Microsoft's page.
 */
const CODES: ReadonlyMap<string, CodeRow> = new Map(
  ROWS.flatMap(([row, codes]) => codes.split(/\s+/).map((code) => [code, row] as const)),
);

/** Every code that has a row of its own. */
export function knownCodes(): readonly string[] {
  return ROWS.flatMap(([, codes]) => codes.split(/\s+/));
}

/** The row of a code. Servers are newer than the published list: an unknown code that calls itself transient is passing. */
export function rowOf(code: string): CodeRow {
  return CODES.get(code) ?? (code.includes('Transient') ? PASSING : FAILED);
}
