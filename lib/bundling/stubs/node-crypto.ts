/**
 * Stands for `import … from 'node:crypto'` in bundles. An import makes Node read every export of a built-in
 * module once, lazy ones included: here that loads WebCrypto, which a heartbeat never uses. These are the names
 * that our bundles import; esbuild refuses to bundle one that is missing.
 */
export const {
  constants,
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  getRandomValues,
  hash,
  hkdfSync,
  pbkdf2Sync,
  privateDecrypt,
  randomBytes,
  randomInt,
  randomUUID,
  timingSafeEqual,
} = process.getBuiltinModule('node:crypto');
