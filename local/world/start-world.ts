import type { IncomingMessage, ServerResponse } from 'node:http';
import { startAws } from '../aws/emulators.ts';
import { createConsole } from '../console/console.ts';
import { createControl } from '../control/control.ts';
import { createExchange } from '../exchange/exchange.ts';
import { serveNames } from '../exchange/names.ts';
import { keptAuthority } from '../exchange/tls/kept-authority.ts';
import { accessKeyIdOf } from '../functions/environment.ts';
import { createFunctions } from '../functions/functions.ts';
import { createGateway } from '../gateway/gateway.ts';
import { createCloudWatch } from '../operator/cloudwatch.ts';
import { createPushService, PUSH_PATH } from '../push-service/push-service.ts';
import { readAssembly } from '../template/assembly.ts';
import { deploy } from '../template/deployment.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../template/physical.ts';
import { readApi, readSchedules } from '../template/read-api.ts';
import { readClusters, readKeys, readSecrets, readTopics } from '../template/read-data.ts';
import { readFunctions } from '../template/read-functions.ts';
import { readRoles } from '../template/read-roles.ts';
import { createCallLog } from './calls.ts';
import { createClock } from './clock.ts';
import { createAnswerDesk, deployCustomResources } from './cloudformation.ts';
import { createEventBus } from './events.ts';
import { createFaultBoard } from './faults.ts';
import { listen } from './http-server.ts';
import { createLogBook } from './logs.ts';
import { observe } from './observe.ts';
import { type AdjustStatements, createPrincipals, deniesOf } from './principals.ts';
import { runSchedules } from './schedules.ts';
import { operatorSecrets, storeApiToken } from './seeds.ts';
import type { World } from './world.ts';

export interface WorldOptions {
  /** Folder of the synthesised local stage. */
  readonly assembly: string;
  /** 0: any free one. */
  readonly port: number;
  readonly apiToken: string;
  readonly adjustStatements?: AdjustStatements | undefined;
  /** Processes of one function at most. */
  readonly maxProcesses?: number | undefined;
  /** Scheduled work runs only when asked for: moving the clock by days is then quick. */
  readonly withoutSchedules?: boolean | undefined;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Deploys the synthesised stacks to this machine: emulated AWS, simulated Exchange, functions as processes,
 * custom resources in order, schedules on the world's clock. Resolves when the API answers.
 */
export async function startWorld(options: WorldOptions): Promise<World> {
  const starting: Handler = (_request, response) =>
    void response.writeHead(503).end('The world is starting.\n');
  let handle: Handler = starting;
  const server = await listen(options.port, (request, response) => handle(request, response));
  const { origin } = server;
  const clock = createClock();
  const [calls, faults, events] = [createCallLog(), createFaultBoard(), createEventBus()];
  const logs = createLogBook(clock.now);
  const closers: (() => Promise<void> | void)[] = [() => clock.close(), () => server.close()];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const place = { account: LOCAL_ACCOUNT, region: LOCAL_REGION, origin };
    const deployment = deploy(readAssembly(options.assembly), place);
    const specs = readFunctions(deployment);
    const topics = readTopics(deployment);
    const principal = createPrincipals(specs, readRoles(deployment), options.adjustStatements);
    const aws = await startAws({
      clock,
      calls,
      faults,
      region: LOCAL_REGION,
      accountId: LOCAL_ACCOUNT,
      principal,
      clusters: readClusters(deployment).flatMap(({ ownerSecretArn, ...cluster }) =>
        ownerSecretArn === undefined ? [] : [{ ...cluster, ownerSecretArn }],
      ),
      secrets: [...readSecrets(deployment), ...operatorSecrets(deployment)],
      keys: readKeys(deployment).map((key) => ({ ...key, denies: deniesOf(key.policy) })),
      onDeliveryFailure: (topicArn, message) => {
        for (const arn of topics.find((topic) => topic.arn === topicArn)?.functionArns ?? []) {
          void functions.invoke(arn, {
            Records: [{ EventSource: 'aws:sns', Sns: { TopicArn: topicArn, Message: message } }],
          });
        }
      },
    });
    closers.push(() => aws.close());
    const observer = observe({ clock, calls, events, aws });
    const exchange = createExchange({ clock, calls, faults, origin: () => `${origin}/exchange` });
    const pushService = createPushService({ origin: () => origin, clock, calls, faults });
    server.onUpgrade(pushService.upgrade);
    closers.push(() => pushService.close());
    pushService.onShown((push) => events.emit({ kind: 'push', platform: 'webpush', ...push }));
    const names = await serveNames(exchange, keptAuthority());
    closers.push(() => names.close());
    const functions = createFunctions({
      specs,
      clock,
      awsEndpoint: aws.origin,
      network: names.network,
      onLine: logs.write,
      observer,
      maxProcesses: options.maxProcesses,
    });
    closers.push(() => functions.close());
    closers.push(() => exchange.close());
    observer.watch(exchange);
    const desk = createAnswerDesk(() => origin);
    const upkeep = () =>
      functions.invoke('upkeep', { source: 'aws.events', 'detail-type': 'Scheduled Event' });
    const gateway = createGateway({
      api: readApi(deployment),
      account: LOCAL_ACCOUNT,
      now: clock.now,
      invoke: functions.invoke,
      accessLog: (line) => logs.write('gateway', line),
      observer,
    });
    const outputs = () =>
      Object.fromEntries(
        Object.entries(deployment.outputs()).map(([name, value]) => [name.replace(/^.*\./, ''), value]),
      );
    const console = createConsole(
      { origin, clock, events, logs, exchange, aws, pushService },
      options.apiToken,
    );
    const statementsOf = (roleArn: string) => {
      const spec = specs.find((each) => each.roleArn === roleArn);
      const statements = spec && principal(accessKeyIdOf(spec.name))?.statements;
      return statements === 'operator' ? undefined : statements;
    };
    const world = {
      cloudWatch: createCloudWatch(deployment, logs, clock.now),
      statementsOf,
      console,
      outputs,
      origin,
      clock,
      calls,
      faults,
      logs,
      events,
      exchange,
      pushService,
      names,
      functions,
      aws,
      upkeep,
      close,
    };
    const control = createControl(world, desk);
    // The API opens last, as after a deployment: nobody meets a half-made one.
    let api: Handler = starting;
    handle = (request, response) => {
      const url = request.url ?? '/';
      if (/^\/(?:api\/|app(?:[/?]|$))/.test(url)) api(request, response);
      else if (url.startsWith('/exchange/'))
        exchange.handle(request, response, url.slice('/exchange'.length));
      else if (url.startsWith(`${PUSH_PATH}/`)) pushService.handle(request, response);
      else void control(request, response);
    };
    await deployCustomResources({ deployment, desk, invoke: functions.invoke });
    await storeApiToken(aws.database.query, options.apiToken, clock.now());
    api = (request, response) => void gateway(request, response);
    if (options.withoutSchedules !== true) runSchedules(readSchedules(deployment), clock, functions);
    return world;
  } catch (error) {
    await close();
    throw error;
  }
}
