let loading: Promise<typeof import('./ews-library.ts')> | undefined;

/** The EWS library, loaded with the first call and kept: asking the module loader again is not free. */
export function loadEwsLibrary(): Promise<typeof import('./ews-library.ts')> {
  loading ??= import('./ews-library.ts');
  return loading;
}
