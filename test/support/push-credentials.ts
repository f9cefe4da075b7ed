import { generateKeyPairSync } from 'node:crypto';

const signingKey = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey;

/** Attributes of an APNs application with token authentication; the key is made for this run. */
export const APNS_ATTRIBUTES = {
  PlatformPrincipal: 'ABCDE12345',
  PlatformCredential: signingKey,
  ApplePlatformTeamID: 'TEAM123456',
  ApplePlatformBundleID: 'com.example.mail',
};

/** Attributes of an FCM application. */
export const FCM_ATTRIBUTES = {
  PlatformCredential: JSON.stringify({
    type: 'service_account',
    project_id: 'example',
    private_key: signingKey,
    client_email: 'push@example.iam.gserviceaccount.com',
  }),
};
