import { duration, facts, table } from '../output.ts';
import { capacityUnits } from './bill.ts';
import type { Plan } from './plan.ts';
import { EXCHANGE_QUOTAS } from './quotas.ts';

const HOUR_MS = 3_600_000;

function number(value: number): string {
  const digits = value < 10 ? 1 : 0;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

function dollars(value: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** A plan for people. */
export function planText(plan: Plan): string {
  return [headline(plan), loads(plan), storm(plan), toDo(plan), bill(plan), CAVEAT].join('\n');
}

const CAVEAT = `Prices are list prices of us-east-1 without free tiers. Times of AWS, the shape of a day, and what Aurora does with a
statement are assumptions: docs/planning.md names them. Nothing here was compared with a real account.
`;

function headline({ rates, region }: Plan): string {
  const { mailboxes, mails, reads, moves, heartbeats, devicesPerMailbox } = rates;
  return `${number(mailboxes)} mailboxes in ${region}, each with ${number(devicesPerMailbox)} devices and in a day ${number(mails)} mails, ${number(reads)} reads, ${number(moves)} moves, ${number(heartbeats)} heartbeats\n`;
}

function loads({ mean, busiest, everybody }: Plan): string {
  const columns = [mean, busiest, everybody];
  const row = (name: string, value: (load: Plan['mean']) => number) => [
    name,
    ...columns.map((load) => number(value(load))),
  ];
  return table(
    ['per second', 'mean', 'busiest hour', 'a mail to everybody in it'],
    [
      row('callbacks', (load) => load.callbacksPerSecond),
      row('callback functions at once (99.9 %)', (load) => load.callbacksAtOnce.high),
      row('statements (Data API)', (load) => load.statementsPerSecond),
      row('Aurora capacity units', capacityUnits),
      row('pushes (SNS)', (load) => load.pushesPerSecond),
      row('calls to Exchange', (load) => load.ewsPerSecond),
    ],
  );
}

function storm({ storm: load, exchange }: Plan): string {
  return [
    'All phones register after a restore (ens wake --all):',
    facts([
      ['  woken within', duration(load.hours * HOUR_MS)],
      [
        '  at once',
        `${number(load.devicesPerSecond)} devices and ${number(load.requestsPerSecond)} requests per second, ${number(load.registrationsAtOnce)} register functions`,
      ],
      [
        '  of them',
        `${number(load.statementsPerSecond)} statements, ${number(load.ewsPerSecond)} calls to Exchange, ${number(load.endpointCallsPerSecond)} to SNS endpoints per second`,
      ],
    ]),
    'Exchange:',
    facts([
      ['  each host', `${number(exchange.callsPerSecondAndHost)} calls per second with a mail to everybody`],
      [
        '  each user',
        `${number(exchange.callsPerUserInTheBusiestHour)} calls in the busiest hour, one at a time (allowed: ${EXCHANGE_QUOTAS.requestsAtOnce}); one subscription (allowed: ${number(EXCHANGE_QUOTAS.subscriptionsOnPremises)}, Exchange Online 20)`,
      ],
    ]),
  ].join('\n');
}

function toDo({ parts, part, region }: Plan): string {
  const each = parts.count === 1 ? '' : ' of each';
  const divide =
    parts.count === 1
      ? 'One deployment carries this.\n'
      : `One deployment does not carry this (${parts.because.join('; ')}). Divide the mailboxes between ${parts.count}, by mail domain or by client configuration (ENSLinkAddress), each in a region or an account of its own: quotas count for both together.\n`;
  const settings = Object.entries(part.settings).map(([name, value]) => `  ${name}: ${value}\n`);
  const raise = part.raise.map(
    ({ quota, has, needs }) => `  ${quota}: ${number(needs)} instead of ${number(has)}\n`,
  );
  return [
    divide,
    settings.length === 0
      ? `The defaults of the settings do${each}.\n`
      : `Set in cdk.json${each}:\n${settings.join('')}`,
    raise.length === 0
      ? `The usual quotas of ${region} do. A young account has less: look at Service Quotas.\n`
      : `Ask AWS for more in ${region} (Service Quotas, or a support case)${each}:\n${raise.join('')}`,
  ].join('\n');
}

function bill({ bill: items, total, perMailbox }: Plan): string {
  const lines = Object.entries(items).map(([item, value]) => [item, dollars(value)]);
  return `${table(['US dollars', 'a month'], [...lines, ['total', dollars(total)]])}\n${perMailbox.toFixed(4)} for each mailbox.\n`;
}

/** The table of docs/planning.md: plans side by side. */
export function planTable(plans: readonly Plan[]): string {
  const row = (name: string, value: (plan: Plan) => string) =>
    `| ${[name, ...plans.map(value)].join(' | ')} |`;
  const settings = ({ part }: Plan) =>
    Object.entries(part.settings)
      .map(([name, value]) => `\`${name}\` ${value}`)
      .join(', ') || 'defaults';
  return [
    row('mailboxes', ({ rates }) => number(rates.mailboxes)),
    row('---', () => '---'),
    row(
      'callbacks per second: mean, busiest hour, with a mail to everybody',
      ({ mean, busiest, everybody }) =>
        [mean, busiest, everybody].map((load) => number(load.callbacksPerSecond)).join(' / '),
    ),
    row('callback functions at once: busiest hour, with a mail to everybody', ({ busiest, everybody }) =>
      [busiest, everybody].map((load) => number(load.callbacksAtOnce.high)).join(' / '),
    ),
    row('Aurora capacity units', ({ mean, busiest, everybody }) =>
      [mean, busiest, everybody].map((load) => number(capacityUnits(load))).join(' / '),
    ),
    row('pushes per second', ({ mean, busiest, everybody }) =>
      [mean, busiest, everybody].map((load) => number(load.pushesPerSecond)).join(' / '),
    ),
    row('calls to Exchange per second', ({ mean, busiest, everybody }) =>
      [mean, busiest, everybody].map((load) => number(load.ewsPerSecond)).join(' / '),
    ),
    row('restore: everybody woken within', ({ storm: load }) => duration(load.hours * HOUR_MS)),
    row(
      'restore: requests per second, register functions at once',
      ({ storm: load }) => `${number(load.requestsPerSecond)}, ${number(load.registrationsAtOnce)}`,
    ),
    row('settings', settings),
    row(
      'quotas to raise',
      ({ part }) => part.raise.map(({ quota, needs }) => `${quota} ${number(needs)}`).join(', ') || 'none',
    ),
    row('deployments', ({ parts }) => String(parts.count)),
    ...Object.keys(plans[0]?.bill ?? {}).map((item) =>
      row(`$ ${item}`, ({ bill: items }) => dollars(items[item] ?? 0)),
    ),
    row('**$ a month**', ({ total }) => `**${dollars(total)}**`),
    row('$ for each mailbox', ({ perMailbox }) => perMailbox.toFixed(4)),
    '',
  ].join('\n');
}
