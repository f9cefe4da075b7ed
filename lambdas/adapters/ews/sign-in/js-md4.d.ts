declare module 'js-md4' {
  interface Md4 {
    update(message: Uint8Array): Md4;
    digest(): number[];
  }
  /** CommonJS whose names neither Node nor a bundle can see: dynamic imports have `default` alone. */
  const md4: { create(): Md4 };
  export = md4;
}
