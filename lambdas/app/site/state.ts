/** What the page shows, and how it changes. */
import type { Mailbox } from './shared/storage.ts';

export type MailboxState =
  | 'checking'
  | 'active'
  | 'lost'
  | 'credentials-rejected'
  | 'device-gone'
  | 'unknown'
  | 'unreachable';

export interface ShownMailbox {
  readonly mailbox: Mailbox;
  readonly state: MailboxState;
}

export type Screen =
  | { readonly name: 'loading' }
  | { readonly name: 'opening-mail' }
  | { readonly name: 'not-supported' }
  | { readonly name: 'switched-off' }
  | { readonly name: 'link'; readonly wrong: boolean }
  | { readonly name: 'sign-in'; readonly again?: Mailbox | undefined }
  | { readonly name: 'preferences'; readonly of: Mailbox }
  | { readonly name: 'remove'; readonly of: Mailbox }
  | { readonly name: 'mailboxes' };

export interface State {
  readonly screen: Screen;
  readonly mailboxes: readonly ShownMailbox[];
  /** Something is under way: buttons wait. */
  readonly busy: boolean;
  /** Read out to screen readers when it changes. */
  readonly notice?: { readonly kind: 'error' | 'done'; readonly text: string } | undefined;
}

/** Takes a pasted link. */
export type EnterLink = (text: string) => Promise<void>;

export interface Store {
  get(): State;
  set(change: Partial<State>): void;
}

export function createStore(onChange: (state: State) => void): Store {
  let state: State = { screen: { name: 'loading' }, mailboxes: [], busy: false };
  return {
    get: () => state,
    set(change) {
      state = { ...state, ...change };
      onChange(state);
    },
  };
}
