import { CommandFailure, EXIT } from '../failure.ts';

export function unknownRegistration(): CommandFailure {
  return new CommandFailure(
    EXIT.problems,
    'There is no such registration: it expired, was removed, or belongs to another deployment.',
    '`ens devices find <email>` lists those of one address.',
  );
}
