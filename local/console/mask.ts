/** Hides what nobody has to see to understand a hop: credentials, tokens, sealed texts. */

const SECRET_MEMBERS = new Set(
  `password privateKey private_key token Token apiToken accessToken refreshToken SecretString Plaintext
   PrivateKeyPlaintext innerKey inner_key innerJwe inner_jwe PlatformCredential Attributes.entry.1.value`
    .split(/\s+/)
    .filter((name) => name !== ''),
);
const JWE = /eyJ[\w-]{10,}\.[\w-]*\.[\w-]*\.[\w-]+\.[\w-]+/g;
const CALLBACK = /(\/callback\/[^/\s"<]+\/)([\w.-]+)/g;
const SIGN_IN = /^(authorization|apitoken): (Basic|Bearer|NTLM|Negotiate)?.*$/gim;
const LONG_BASE64 = /"[A-Za-z0-9+/_-]{160,}={0,2}"/g;

/** `known`: texts that are secret wherever they occur, each with a word for what it is. */
export function mask(text: string, known: ReadonlyMap<string, string>): string {
  let masked = text
    .replaceAll(SIGN_IN, (_all, name: string, scheme = '') => `${name}: ${scheme} ‹masked›`)
    .replaceAll(
      CALLBACK,
      (_all, head: string, sealed: string) => `${head}‹sealed, ${sealed.length} characters›`,
    )
    .replaceAll(JWE, (jwe) => `‹JWE, ${jwe.length} characters›`);
  for (const [secret, word] of known) masked = masked.replaceAll(secret, `‹${word}›`);
  return masked.replaceAll(LONG_BASE64, (long) => `"${long.slice(1, 13)}…‹${long.length - 2} characters›"`);
}

/** Hides the values of members whose names say that they are secret, however deep. */
export function maskMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskMembers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, memberShown(name, member, value)]),
  );
}

function memberShown(name: string, member: unknown, owner: object): unknown {
  if (SECRET_MEMBERS.has(name) && member !== null && member !== undefined) return '‹masked›';
  // A parameter of the Data API: {"name":"inner_key","value":{…}}.
  if (name === 'value' && 'name' in owner && SECRET_MEMBERS.has(String(owner.name))) return '‹masked›';
  return maskMembers(nested(member));
}

/** JSON inside a text, as SNS messages and rows of the Data API hold it, shown as what it is. */
function nested(member: unknown): unknown {
  if (typeof member !== 'string' || !/^[[{]/.test(member)) return member;
  try {
    return JSON.parse(member);
  } catch {
    return member;
  }
}
