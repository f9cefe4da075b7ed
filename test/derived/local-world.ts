import { MODE_WORDS } from '../../local/control/exchange-fault-routes.ts';
import { listFaults, listRoutes } from '../../local/control/links.ts';

/** Tables of docs/local-world.md, from the routes and words that the local world serves. */
export function localRoutesTable(): string {
  return listRoutes()
    .map(({ part, routes }) => {
      const rows = routes.map(({ method, path, does, query, body }) => {
        const more = [
          ...(body === undefined ? [] : [`Body: \`${body}\``]),
          ...Object.entries(query ?? {}).map(([name, meaning]) => `\`?${name}=\`: ${meaning}`),
        ];
        return `| \`${method} ${path}\` | ${cell([does, ...more].join('. '))} |`;
      });
      return `### ${part}\n\n| route | what it does |\n| --- | --- |\n${rows.join('\n')}\n`;
    })
    .join('\n');
}

export function localModesTable(): string {
  const rows = Object.entries(MODE_WORDS).map(([name, does]) => `| \`${name}\` | ${cell(does)} |`);
  return `| member | what it does |\n| --- | --- |\n${rows.join('\n')}\n`;
}

export function localFaultsTable(): string {
  return listFaults()
    .map(({ service, actions, errors }) => {
      const explained = errors.flatMap(([word, meaning]) =>
        meaning === undefined ? [] : [`| \`${word}\` | ${cell(meaning)} |`],
      );
      const table =
        explained.length === 0
          ? ''
          : `\n| error | what the caller gets |\n| --- | --- |\n${explained.join('\n')}\n`;
      const plain = errors.flatMap(([word, meaning]) => (meaning === undefined ? [`\`${word}\``] : []));
      const names = plain.length === 0 ? '' : `\nErrors: ${plain.join(' · ')}\n`;
      return `### \`${service}\`\n\nActions: ${actions.map((action) => `\`${action}\``).join(' · ')}\n${table}${names}`;
    })
    .join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
