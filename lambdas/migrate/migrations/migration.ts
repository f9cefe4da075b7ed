/** One step of the schema: single statements, run in order inside one transaction, never changed once released. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** One statement each, without a closing semicolon: the Data API takes no more than one per call. */
  readonly statements: readonly string[];
}
