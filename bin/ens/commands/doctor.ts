import { EXIT } from '../failure.ts';
import type { Done, Session } from '../session.ts';
import type { Options } from './table.ts';
export const DOCTOR_OPTIONS: readonly (readonly [string, string])[] = [];
export async function doctor(_session: Session, _options: Options): Done {
  return EXIT.ok;
}
