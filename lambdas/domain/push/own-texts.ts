/**
 * The texts of our own. APNs shows a `loc-key` without translation as it stands, so the key *is* the English
 * text and an app that ships no translations still reads well. Android looks its strings up by resource name.
 */
export interface OwnText {
  /** English, and the APNs localisation key; `%@` stands for each argument. */
  readonly key: string;
  /** Name of the Android string resource; its arguments are `%1$s`, … */
  readonly resource: string;
}

export const TEXTS = {
  newMessage: { key: 'New message', resource: 'ens_new_message' },
  newMessages: { key: '%@ new messages', resource: 'ens_new_messages' },
  noSubject: { key: '(No subject)', resource: 'ens_no_subject' },
  unknownSender: { key: '(Unknown sender)', resource: 'ens_unknown_sender' },
  signIn: { key: 'Sign in again', resource: 'ens_sign_in' },
  signInWhy: {
    key: 'Your mail server no longer accepts the saved sign-in.',
    resource: 'ens_sign_in_why',
  },
  openApp: { key: 'Open the app to keep receiving mail', resource: 'ens_open_app' },
} as const satisfies Record<string, OwnText>;

/** A line of an alert: as somebody wrote it, or one of our texts with its arguments. */
export type Line =
  | { readonly kind: 'given'; readonly text: string }
  | { readonly kind: 'own'; readonly own: OwnText; readonly args: readonly string[] };

export function given(text: string): Line {
  return { kind: 'given', text };
}

export function own(text: OwnText, ...args: readonly string[]): Line {
  return { kind: 'own', own: text, args };
}

/** The line in English. */
export function english(line: Line): string {
  if (line.kind === 'given') return line.text;
  let position = 0;
  return line.own.key.replaceAll('%@', () => line.args[position++] ?? '');
}
