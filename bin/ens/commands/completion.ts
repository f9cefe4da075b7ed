import { CommandFailure, EXIT } from '../failure.ts';
import type { Done, Session } from '../session.ts';

/** What completion needs to know of a command. */
export interface Completed {
  readonly usage: string;
  readonly options?: readonly (readonly [flags: string, description: string])[];
}

const GLOBAL = ['--local', '--stage', '--region', '--profile', '--json', '--help', '--version'] as const;
const SHELLS = ['bash', 'zsh'] as const;

/** `ens completion <shell>`: a script that completes commands and options, for `source <(ens completion bash)`. */
export async function completion(session: Session, shell: string, commands: readonly Completed[]): Done {
  if (!SHELLS.some((known) => known === shell))
    throw new CommandFailure(
      EXIT.usage,
      `There is no completion for ${shell}.`,
      `There is one for ${SHELLS.join(' and ')}.`,
    );
  const script = completionScript(commands);
  const text = shell === 'zsh' ? `autoload -U +X bashcompinit && bashcompinit\n${script}` : script;
  session.show({ shell, script: text }, () => text);
  return EXIT.ok;
}

function completionScript(commands: readonly Completed[]): string {
  const words = commands.map(({ usage }) => usage.split(' ').filter((word) => /^[a-z]/.test(word)));
  const groups = new Map<string, Set<string>>();
  for (const [first = '', second] of words) {
    const members = groups.get(first) ?? new Set<string>();
    if (second !== undefined) members.add(second);
    groups.set(first, members);
  }
  const cases = [
    ...commands.map(
      ({ options = [] }, index) =>
        [
          (words[index] ?? []).join(' '),
          [...options.flatMap(([flags]) => /--[a-z-]+/.exec(flags)?.[0] ?? []), ...GLOBAL],
        ] as const,
    ),
    ...[...groups]
      .filter(([, members]) => members.size > 0)
      .map(([name, members]) => [name, [...members]] as const),
    ['', [...groups.keys(), ...GLOBAL]] as const,
  ];
  return `_ens() {
  local word key= index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    [[ $word == -* ]] || key="\${key:+$key }$word"
  done
  local words=
  case "$key" in
${cases.map(([key, list]) => `    '${key}') words='${list.join(' ')}' ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _ens ens
`;
}
