/**
 * One e-mail address, without display name, comment or quoted local part. Letters of all scripts are allowed
 * (RFC 6531); white space, control and invisible characters, lone surrogates and what delimits addresses are not.
 */
export const MAIL_ADDRESS =
  /^[^\s\p{Cc}\p{Cf}\p{Cs}"<>()[\]\\,;:@]+@[^\s\p{Cc}\p{Cf}\p{Cs}"<>()[\]\\,;:@]+$/u;

/** Longer than any address that SMTP carries (RFC 5321, section 4.5.3.1). */
export const MAIL_ADDRESS_CHARACTERS = 320;

export function isMailAddress(text: string): boolean {
  return text.length <= MAIL_ADDRESS_CHARACTERS && MAIL_ADDRESS.test(text);
}
