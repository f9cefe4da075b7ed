import type { MailPath } from './mail-path.ts';

/**
 * The ports of the mail path behind a module that is loaded on first use, once. Most callbacks are heartbeats:
 * they start without KMS, SNS, jose and the EWS library. Opening a mailbox is synchronous,
 * so its methods wait for the module instead. A module that cannot be loaded fails whoever asks for something;
 * nobody hears what `warm` and `close` come to, so that they fail nobody.
 */
export function lazyMailPath(load: () => Promise<MailPath>): MailPath {
  let loading: Promise<MailPath> | undefined;
  const path = () => {
    loading ??= load();
    return loading;
  };
  return {
    vault: { privateKey: async (pair) => (await path()).vault.privateKey(pair) },
    seal: {
      seal: async (...parts) => (await path()).seal.seal(...parts),
      open: async (...parts) => (await path()).seal.open(...parts),
    },
    push: { send: async (target, push) => (await path()).push.send(target, push) },
    autodiscover: { discover: async (request) => (await path()).autodiscover.discover(request) },
    exchange: {
      warm: () => path().then(({ exchange }) => exchange.warm(), unheard),
      probe: async (request) => (await path()).exchange.probe(request),
      open(target) {
        const opening = path().then(({ exchange }) => exchange.open(target));
        opening.catch(unheard);
        let opened: Awaited<typeof opening> | undefined;
        const mailbox = async () => {
          opened ??= await opening;
          return opened;
        };
        return {
          inbox: async () => (await mailbox()).inbox(),
          subscribe: async (request) => (await mailbox()).subscribe(request),
          mails: async (itemIds) => (await mailbox()).mails(itemIds),
          rotatedCredentials: () => opened?.rotatedCredentials(),
          close: () => void opening.then((mailbox_) => mailbox_.close(), unheard),
        };
      },
    },
  };
}

function unheard(): void {}
