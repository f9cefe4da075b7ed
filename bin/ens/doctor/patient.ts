import type { EwsWorld } from '#adapters/ews/world.ts';
import type { Credentials, SignInScheme } from '#domain/model/credentials.ts';
import type { RegistrationId } from '#domain/model/ids.ts';
import type { Autodiscover, Exchange } from '#domain/ports/exchange.ts';
import type { Tools } from '../tools.ts';

/** What the doctor examines, as far as the operator told and the stack says. */
export interface Patient {
  /** ENSLinkAddress without a trailing slash. */
  readonly link: string;
  /** The local world speaks plain http on loopback. */
  readonly isLocal: boolean;
  readonly apiToken: string | undefined;
  readonly ewsUrl: string | undefined;
  /** How the phones sign in. */
  readonly scheme: SignInScheme;
  /** Undefined without address or password. */
  readonly credentials: Credentials | undefined;
  readonly device: RegistrationId | undefined;
  /** Longest wait for Exchange's first callback. */
  readonly waitMs: number;
  /** Undefined without AWS access; then `withoutTools` says why. */
  readonly tools: Tools | undefined;
  readonly withoutTools: string;
}

/** How Exchange is reached from this machine, with the product's own adapter. */
export interface FromHere {
  readonly world: EwsWorld;
  readonly exchange: Exchange;
  readonly autodiscover: Autodiscover;
}
