import { CONSOLE_ROUTES } from '../console/routes.ts';
import { EXCHANGE_FAULT_ROUTES } from './exchange-fault-routes.ts';
import { EXCHANGE_ROUTES } from './exchange-routes.ts';
import type { ControlRoutes } from './http.ts';
import { OPERATOR_ROUTES } from './operator-routes.ts';
import { WORLD_ROUTES } from './world-routes.ts';

/** Every path by which people, tests and the console drive the world, by what it is for. */
export const CONTROL_ROUTES = {
  'The world': WORLD_ROUTES,
  'The simulated Exchange': EXCHANGE_ROUTES,
  'How it behaves': EXCHANGE_FAULT_ROUTES,
  'What the command line asks': OPERATOR_ROUTES,
  'The console': CONSOLE_ROUTES,
} as const satisfies Readonly<Record<string, ControlRoutes>>;
