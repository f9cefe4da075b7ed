/** The address of the service worker, as a page under Trusted Types has to give it. */
const ADDRESS = '/app/service-worker.js';

interface Policies {
  createPolicy(
    name: string,
    rules: { createScriptURL(text: string): string },
  ): { createScriptURL(text: string): string };
}

/** Browsers without Trusted Types take the text. */
export function serviceWorkerAddress(): string {
  const policies: Policies | undefined = Reflect.get(globalThis, 'trustedTypes');
  return (
    policies?.createPolicy('ens', { createScriptURL: () => ADDRESS }).createScriptURL(ADDRESS) ?? ADDRESS
  );
}
