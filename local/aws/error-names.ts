/**
 * Names of errors by the AWS API references of 2026-11, beside those with a text of their own (fault-texts.ts): what a
 * fault may be ordered as. Spelt as the SDK does, with its suffix; SNS sends most of them without.
 */
const COMMON = `AccessDenied AccessDeniedException ExpiredTokenException IncompleteSignature InternalFailure
  InvalidSignatureException MalformedHttpRequestException NotAuthorized OptInRequired RequestAbortedException
  RequestEntityTooLargeException RequestExpired RequestTimeoutException ServiceUnavailable SignatureDoesNotMatch Throttling
  ThrottlingException UnknownOperationException UnrecognizedClientException ValidationError ValidationException`;

const NAMES = {
  kms: `AlreadyExistsException CloudHsmClusterInUseException CloudHsmClusterInvalidConfigurationException
    CloudHsmClusterNotActiveException CloudHsmClusterNotFoundException CloudHsmClusterNotRelatedException
    ConflictException CustomKeyStoreHasCMKsException CustomKeyStoreInvalidStateException
    CustomKeyStoreNameInUseException CustomKeyStoreNotFoundException DependencyTimeoutException DisabledException
    DryRunOperationException ExpiredImportTokenException IncorrectKeyException IncorrectKeyMaterialException
    IncorrectTrustAnchorException InvalidAliasNameException InvalidArnException InvalidCiphertextException
    InvalidGrantIdException InvalidGrantTokenException InvalidImportTokenException InvalidKeyUsageException
    InvalidMarkerException KMSInternalException KMSInvalidMacException KMSInvalidSignatureException
    KMSInvalidStateException KeyUnavailableException LimitExceededException MalformedPolicyDocumentException
    NotFoundException TagException UnsupportedOperationException XksKeyAlreadyInUseException
    XksKeyInvalidConfigurationException XksKeyNotFoundException XksProxyIncorrectAuthenticationCredentialException
    XksProxyInvalidConfigurationException XksProxyInvalidResponseException XksProxyUriEndpointInUseException
    XksProxyUriInUseException XksProxyUriUnreachableException XksProxyVpcEndpointServiceInUseException
    XksProxyVpcEndpointServiceInvalidConfigurationException XksProxyVpcEndpointServiceNotFoundException`,
  sns: `AuthorizationErrorException BatchEntryIdsNotDistinctException BatchRequestTooLongException
    ConcurrentAccessException EmptyBatchRequestException EndpointDisabledException
    FilterPolicyLimitExceededException InternalErrorException InvalidBatchEntryIdException
    InvalidParameterException InvalidParameterValueException InvalidSecurityException InvalidStateException
    KMSAccessDeniedException KMSDisabledException KMSInvalidStateException KMSNotFoundException
    KMSThrottlingException NotFoundException OptedOutException PlatformApplicationDisabledException
    ReplayLimitExceededException ResourceNotFoundException StaleTagException SubscriptionLimitExceededException
    TagLimitExceededException TagPolicyException ThrottledException TooManyEntriesInBatchRequestException
    TopicLimitExceededException UserErrorException ValidationException VerificationException`,
  'rds-data': `AccessDeniedException BadRequestException DatabaseErrorException DatabaseNotFoundException
    DatabaseResumingException DatabaseUnavailableException ForbiddenException HttpEndpointNotEnabledException
    InternalServerErrorException InvalidResourceStateException InvalidSecretException NotFoundException
    SecretsErrorException ServiceUnavailableError StatementTimeoutException TransactionNotFoundException
    UnsupportedResultException`,
  secretsmanager: `DecryptionFailure EncryptionFailure InternalServiceError InvalidNextTokenException
    InvalidParameterException InvalidRequestException LimitExceededException MalformedPolicyDocumentException
    PreconditionNotMetException PublicPolicyException ResourceExistsException ResourceNotFoundException`,
  ssm: `HierarchyLevelLimitExceededException HierarchyTypeMismatchException InternalServerError InvalidAllowedPatternException
    InvalidFilterKey InvalidFilterOption InvalidFilterValue InvalidKeyId InvalidNextToken ParameterAlreadyExists
    ParameterLimitExceeded ParameterMaxVersionLimitExceeded ParameterNotFound ParameterPatternMismatchException
    ParameterVersionNotFound PoliciesLimitExceededException TooManyUpdates UnsupportedParameterType`,
  iam: `InvalidInputException NoSuchEntityException PolicyEvaluationException ServiceFailureException`,
  cloudwatch: `InternalServiceFault InvalidNextToken InvalidParameterCombinationException InvalidParameterValueException
    MissingRequiredParameterException ResourceNotFound ResourceNotFoundException`,
} as const;

/** The connection is cut before any answer. */
const NETWORK = 'ECONNRESET';

export type AwsFaultService = keyof typeof NAMES;

/** Names that a fault of this service may have, as its API reference lists them, without repetition. */
export function errorNames(service: AwsFaultService): readonly string[] {
  return [...new Set(`${NAMES[service]} ${COMMON} ${NETWORK}`.split(/\s+/))];
}
