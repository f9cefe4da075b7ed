import { asId, type KeyPairId, type RegistrationId } from '#domain/model/ids.ts';
import { CONTENT_LEVELS, PLATFORMS } from '#domain/model/preferences.ts';
import type { DeviceInfo, OperatorStore, StatusView } from '#domain/ports/operator-store.ts';
import type { Database, Parameters } from './database.ts';
import {
  CREATE_TOKEN,
  FIND_DEVICES,
  LIST_KEY_PAIRS,
  LIST_TOKENS,
  REVOKE_TOKEN,
  SHOW_DEVICE,
  STATUS,
  WAKE,
} from './operator-statements.ts';
import { STATES, WANTED_EVENTS } from './registrations.ts';
import { asRow, boolean, number, oneOf, optional, type Row, text } from './row.ts';
import { UNREGISTER } from './unregister-statement.ts';

export function createOperatorStore(database: Database): OperatorStore {
  async function found(sql: string, parameters: Parameters): Promise<boolean> {
    const [row] = await database.run(sql, parameters);
    return boolean(asRow(row), 'found');
  }

  return {
    createToken: ({ id, label, sha256, now }) => found(CREATE_TOKEN, { id, label, sha256, now }),
    async listTokens() {
      const rows = await database.run(LIST_TOKENS);
      return rows.map(asRow).map((row) => ({
        id: text(row, 'id'),
        label: text(row, 'label'),
        createdAt: number(row, 'createdAt'),
        revokedAt: optional(row, 'revokedAt', number),
      }));
    },
    revokeToken: (id, now) => found(REVOKE_TOKEN, { id, now }),
    async findDevices(addressHmac) {
      const rows = await database.run(FIND_DEVICES, { address: addressHmac });
      return rows.map((row) => readDevice(asRow(row)));
    },
    async showDevice(id) {
      const [row] = await database.run(SHOW_DEVICE, { id });
      return row === undefined ? undefined : readDevice(asRow(row));
    },
    removeDevice: (id, now) => found(UNREGISTER, { id, now }),
    wake: (id, now) => found(WAKE, { id, now }),
    async listKeyPairs() {
      const rows = await database.run(LIST_KEY_PAIRS);
      return rows.map(asRow).map((row) => ({
        id: asId<KeyPairId>(text(row, 'id')),
        createdAt: number(row, 'createdAt'),
        retiredAt: optional(row, 'retiredAt', number),
        subscriptions: number(row, 'subscriptions'),
      }));
    },
    async status(lostSince) {
      const [row] = await database.run(STATUS, { lost_since: lostSince });
      return readStatus(asRow(row));
    },
  };
}

function readDevice(row: Row): DeviceInfo {
  return {
    registrationId: asId<RegistrationId>(text(row, 'registrationId')),
    platform: oneOf(row, 'platform', PLATFORMS),
    endpointArn: text(row, 'endpointArn'),
    endpointEnabled: boolean(row, 'endpointEnabled'),
    preferences: {
      content: oneOf(row, 'content', CONTENT_LEVELS),
      badge: boolean(row, 'badge'),
      sound: boolean(row, 'sound'),
    },
    previewsSealed: boolean(row, 'previewsSealed'),
    createdAt: number(row, 'createdAt'),
    renewedAt: number(row, 'renewedAt'),
    expiresAt: number(row, 'expiresAt'),
    ewsHost: text(row, 'ewsHost'),
    unread: optional(row, 'unread', number),
    unreadAt: optional(row, 'unreadAt', number),
    devicesOfMailbox: number(row, 'devicesOfMailbox'),
    subscription: optional(row, 'subscription', (r, name) => readSubscription(asRow(r[name]))),
  };
}

function readSubscription(row: Row): DeviceInfo['subscription'] {
  return {
    id: text(row, 'id'),
    state: oneOf(row, 'state', STATES),
    wantedEvents: oneOf(row, 'wantedEvents', WANTED_EVENTS),
    createdAt: number(row, 'createdAt'),
    lastSeenAt: optional(row, 'lastSeenAt', number),
    suspectSince: optional(row, 'suspectSince', number),
    lostAt: optional(row, 'lostAt', number),
    carriesItsCredentials: boolean(row, 'carriesItsCredentials'),
  };
}

function readStatus(row: Row): StatusView {
  return {
    mailboxes: number(row, 'mailboxes'),
    devices: number(row, 'devices'),
    endpoints: { enabled: number(row, 'enabled'), disabled: number(row, 'disabled') },
    subscriptions: {
      pending: number(row, 'pending'),
      active: number(row, 'active'),
      superseded: number(row, 'superseded'),
      lost: number(row, 'lost'),
      rejected: number(row, 'rejected'),
    },
    lostSince: number(row, 'lostSince'),
    owed: number(row, 'owed'),
    oldestSeenAt: optional(row, 'oldestSeenAt', number),
    newestSeenAt: optional(row, 'newestSeenAt', number),
  };
}
