/** Mozilla's websocket protocol towards real browsers: `dom.push.serverURL` of Firefox points here. */
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { isObject, type Json, parseJson } from '../template/json.ts';
import type { PushMessage, Subscriptions } from './subscriptions.ts';

export interface BrowserSocketOptions {
  readonly subscriptions: Subscriptions;
  readonly addressOf: (id: string) => string;
  readonly now: () => number;
  /** The browser says that it has a message: shown, or not decrypted (`code`). */
  readonly onAck: (version: string, code: number) => void;
}

/** What one browser profile keeps across connections. */
interface Profile {
  socket: WebSocket | undefined;
  readonly channels: Map<string, string>;
}

/** Answers one connection of a browser. Profiles live as long as the world. */
export function createBrowserSockets({ subscriptions, addressOf, now, onAck }: BrowserSocketOptions): {
  accept(socket: WebSocket): void;
} {
  const profiles = new Map<string, Profile>();

  function hello(socket: WebSocket, given: Json | undefined): Profile {
    const known = typeof given === 'string' ? profiles.get(given) : undefined;
    const uaid = typeof given === 'string' && known !== undefined ? given : randomUUID().replaceAll('-', '');
    const profile = known ?? { socket, channels: new Map<string, string>() };
    profile.socket = socket;
    profiles.set(uaid, profile);
    answer(socket, { messageType: 'hello', uaid, status: 200, use_webpush: true, broadcasts: {} });
    for (const id of profile.channels.values()) subscriptions.flush(id, now());
    return profile;
  }

  function register(profile: Profile, channelID: string): void {
    const id = subscriptions.add((message) => send(profile.socket, channelID, message));
    profile.channels.set(channelID, id);
    answer(profile.socket, { messageType: 'register', channelID, status: 200, pushEndpoint: addressOf(id) });
  }

  return {
    accept(socket) {
      let profile: Profile | undefined;
      socket.on('close', () => {
        if (profile?.socket === socket) profile.socket = undefined;
      });
      socket.on('message', (data) => {
        const message = parseJson(String(data));
        if (!isObject(message)) return;
        const channelID = String(message.channelID ?? '');
        if (message.messageType === 'hello') profile = hello(socket, message.uaid);
        else if (message.messageType === undefined) socket.send('{}');
        else if (profile === undefined) socket.close();
        else if (message.messageType === 'register') register(profile, channelID);
        else if (message.messageType === 'unregister') {
          subscriptions.remove(profile.channels.get(channelID) ?? '');
          profile.channels.delete(channelID);
          answer(socket, { messageType: 'unregister', channelID, status: 200 });
        } else if (message.messageType === 'ack' && Array.isArray(message.updates)) {
          for (const update of message.updates)
            if (isObject(update)) onAck(String(update.version), Number(update.code ?? 100));
        }
      });
    },
  };
}

function send(socket: WebSocket | undefined, channelID: string, { body }: PushMessage): boolean {
  if (socket === undefined || socket.readyState !== socket.OPEN) return false;
  answer(socket, {
    messageType: 'notification',
    channelID,
    version: randomUUID(),
    data: Buffer.from(body).toString('base64url'),
    headers: { encoding: 'aes128gcm' },
  });
  return true;
}

function answer(socket: WebSocket | undefined, message: Json): void {
  socket?.send(JSON.stringify(message));
}
