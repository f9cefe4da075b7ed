/** What one autodiscover candidate answers. Without a script the server answers with the truth. */
export type AutodiscoverReply =
  /** The settings of the mailbox; `ewsUrl` in place of the true one, `internalUrl` as EXCH beside EXPR. */
  | {
      readonly kind: 'settings';
      readonly ewsUrl?: string | undefined;
      readonly internalUrl?: string | undefined;
      /** Which protocols carry an EwsUrl. Default: EXCH, EXPR, and a WEB that nests another. */
      readonly protocols?: readonly ('EXCH' | 'EXPR' | 'WEB')[] | undefined;
    }
  | { readonly kind: 'redirect-address'; readonly address: string }
  | { readonly kind: 'redirect-url'; readonly url: string }
  /** 301, 302 and so on, before anybody has to sign in. */
  | { readonly kind: 'http-redirect'; readonly url: string; readonly status?: number | undefined }
  /** POX: Response/Error/ErrorCode, 500 (address unknown) or 600 (invalid request). SOAP: the code by name. */
  | { readonly kind: 'error'; readonly pox?: number | undefined; readonly soap?: string | undefined }
  | { readonly kind: 'status'; readonly status: number }
  /** HTTP 200 with a web page, as many web servers of a domain answer. */
  | { readonly kind: 'page' };

export interface AutodiscoverScript {
  readonly pox?: AutodiscoverReply | undefined;
  readonly soap?: AutodiscoverReply | undefined;
  /** The unauthenticated GET of `http://autodiscover.<domain>/autodiscover/autodiscover.xml`. */
  readonly get?: AutodiscoverReply | undefined;
}

/** Scripts by name of the host that is asked (`Host` header, without port), else by domain of the address asked about. */
export interface AutodiscoverScripts {
  forHost(host: string, script: AutodiscoverScript): void;
  forDomain(domain: string, script: AutodiscoverScript): void;
  find(host: string, domain: string, kind: keyof AutodiscoverScript): AutodiscoverReply | undefined;
  clear(): void;
}

export function createAutodiscoverScripts(): AutodiscoverScripts {
  const hosts = new Map<string, AutodiscoverScript>();
  const domains = new Map<string, AutodiscoverScript>();
  return {
    forHost: (host, script) => void hosts.set(host.toLowerCase(), script),
    forDomain: (domain, script) => void domains.set(domain.toLowerCase(), script),
    find(host, domain, kind) {
      return hosts.get(host.toLowerCase())?.[kind] ?? domains.get(domain.toLowerCase())?.[kind];
    },
    clear() {
      hosts.clear();
      domains.clear();
    },
  };
}
