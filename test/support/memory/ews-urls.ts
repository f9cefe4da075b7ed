import type { EwsUrlCache } from '#domain/ports/store.ts';

/** What callbacks know of the servers of a domain: who told last, and which domains were forgotten. */
export function memoryEwsUrls() {
  const told = new Map<string, string>();
  const forgotten: string[] = [];
  const cache: Pick<EwsUrlCache, 'save' | 'forget'> = {
    async save(domain, { toldBy }) {
      if (toldBy !== undefined) told.set(domain, toldBy);
    },
    async forget(domain) {
      forgotten.push(domain);
      return { toldBy: told.get(domain) };
    },
  };
  return { cache, told, forgotten };
}
