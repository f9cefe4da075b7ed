export const SOAP_NAMESPACE = 'http://schemas.xmlsoap.org/soap/envelope/';
export const TYPES_NAMESPACE = 'http://schemas.microsoft.com/exchange/services/2006/types';
export const MESSAGES_NAMESPACE = 'http://schemas.microsoft.com/exchange/services/2006/messages';
