import type { EpochMs } from '#domain/model/subscription.ts';
import type { DeviceInfo } from '#domain/ports/operator-store.ts';
import { EXIT } from '../failure.ts';
import { ago, facts, iso, table } from '../output.ts';
import { type Done, registrationId, type Session } from '../session.ts';
import { unknownRegistration } from './unknown-registration.ts';

/** `ens devices find <email>`: by the HMAC of the address; the address itself goes no further than that. */
export async function findDevices(session: Session, email: string): Done {
  const { operator, pepper, stack } = await session.tools();
  const found = await session.working('Looking', findByAddress());
  const now = stack.now();
  session.show(found.map(asJson), () =>
    found.length === 0
      ? 'No device is registered for this address. The app registers with the address inside its encrypted credentials: check its spelling, and aliases.\n'
      : table(
          ['registration id', 'platform', 'status', 'last seen', 'renewed', 'expires', 'exchange'],
          found.map((device) => [
            device.registrationId,
            device.platform,
            statusOf(device),
            ago(device.subscription?.lastSeenAt, now),
            ago(device.renewedAt, now),
            ago(device.expiresAt, now),
            device.ewsHost,
          ]),
        ),
  );
  return found.length === 0 ? EXIT.problems : EXIT.ok;

  async function findByAddress(): Promise<readonly DeviceInfo[]> {
    return operator.findDevices(await pepper.addressHmac(email));
  }
}

/** `ens devices show <registrationId>` */
export async function showDevice(session: Session, id: string): Done {
  const { operator, stack } = await session.tools();
  const device = await session.working('Looking', operator.showDevice(registrationId(id)));
  if (device === undefined) throw unknownRegistration();
  session.show(asJson(device), () => asText(device, stack.now()));
  return EXIT.ok;
}

/** `ens devices remove <registrationId>`: as if the phone had unregistered. */
export async function removeDevice(session: Session, id: string, yes: boolean): Done {
  const registration = registrationId(id);
  await session.confirm(`Forget the device ${registration}? Its phone gets no more notifications.`, yes);
  const { operator, stack } = await session.tools();
  const removal = operator.removeDevice(registration, stack.now());
  const removed = await session.working('Removing', removal);
  if (!removed) throw unknownRegistration();
  session.show(
    { removed },
    () =>
      'Removed. Where it was the mailbox’s last device, what Exchange still holds is worthless now, and Exchange is told to stop with its next callback.\n',
  );
  return EXIT.ok;
}

/** The word that the phone itself would be told, or why nothing reaches it. */
function statusOf({ endpointEnabled, subscription }: DeviceInfo): string {
  if (!endpointEnabled) return 'device-gone';
  if (subscription === undefined) return 'no subscription';
  if (subscription.state === 'active' && subscription.suspectSince !== undefined) return 'suspect';
  return subscription.state === 'rejected' ? 'credentials-rejected' : subscription.state;
}

function asText(device: DeviceInfo, now: EpochMs): string {
  const { subscription, preferences } = device;
  return facts([
    ['registration id', device.registrationId],
    ['status', statusOf(device)],
    ['platform', device.platform],
    ['push token', device.endpointEnabled ? 'in use' : 'no longer accepted'],
    ['exchange', device.ewsHost],
    ['last seen', ago(subscription?.lastSeenAt, now)],
    ['lost', ago(subscription?.lostAt, now)],
    ['credentials refused', ago(subscription?.suspectSince, now)],
    [
      'credentials in use',
      subscription?.carriesItsCredentials === true ? 'of this device' : 'of another device, or none',
    ],
    ['shows', preferences.content],
    [
      'badge, sound',
      `${preferences.badge ? 'badge' : 'no badge'}, ${preferences.sound ? 'sound' : 'no sound'}`,
    ],
    ['previews', device.previewsSealed ? 'encrypted for this phone' : 'readable for SNS and the platform'],
    ['devices of mailbox', String(device.devicesOfMailbox)],
    ['registered', ago(device.createdAt, now)],
    ['renewed', ago(device.renewedAt, now)],
    ['expires', ago(device.expiresAt, now)],
  ]);
}

function asJson({ subscription, ...device }: DeviceInfo) {
  return {
    registrationId: device.registrationId,
    status: statusOf({ ...device, subscription }),
    platform: device.platform,
    endpointEnabled: device.endpointEnabled,
    ewsHost: device.ewsHost,
    preferences: device.preferences,
    previewsSealed: device.previewsSealed,
    devicesOfMailbox: device.devicesOfMailbox,
    createdAt: iso(device.createdAt),
    renewedAt: iso(device.renewedAt),
    expiresAt: iso(device.expiresAt),
    subscription: subscription && {
      state: subscription.state,
      lastSeenAt: iso(subscription.lastSeenAt),
      suspectSince: iso(subscription.suspectSince),
      lostAt: iso(subscription.lostAt),
      carriesItsCredentials: subscription.carriesItsCredentials,
    },
  };
}
