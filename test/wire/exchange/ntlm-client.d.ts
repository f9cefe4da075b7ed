declare module '@ewsjs/ntlm-client' {
  interface Type2Message {
    readonly version: number;
    readonly encoding: 'ascii' | 'ucs2';
    readonly targetName: string;
    readonly challenge: Buffer;
    readonly targetInfo?: { readonly buffer?: Buffer };
  }
  /** CommonJS whose names neither Node nor a bundle can see: dynamic imports have `default` alone. */
  const client: {
    createType1Message(workstation?: string, target?: string): string;
    decodeType2Message(header: string): Type2Message;
    createType3Message(
      type2: Type2Message,
      username: string,
      password: string,
      workstation?: string,
      target?: string,
    ): string;
  };
  export = client;
}
