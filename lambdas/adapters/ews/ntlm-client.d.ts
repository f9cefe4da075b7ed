declare module '@ewsjs/ntlm-client' {
  export interface Type2Message {
    readonly version: number;
    readonly encoding: 'ascii' | 'ucs2';
    readonly targetName: string;
    readonly challenge: Buffer;
    readonly targetInfo?: { readonly buffer?: Buffer };
  }
  export function createType1Message(workstation?: string, target?: string): string;
  export function decodeType2Message(header: string): Type2Message;
  export function createType3Message(
    type2: Type2Message,
    username: string,
    password: string,
    workstation?: string,
    target?: string,
  ): string;
}
