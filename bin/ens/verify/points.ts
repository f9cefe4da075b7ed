import type { Finding } from '../doctor/check.ts';

/** Names of the points, in order; scripts find them as `point` in the JSON. */
export const POINTS = {
  functions: 'functions',
  link: 'link address',
  alive: 'ENS answers',
  limit: 'limit of the gateway',
  token: 'API token',
  health: 'deep health',
  'key-pair': 'key pair',
  push: 'push applications',
  rights: 'rights of the functions',
  register: 'registration',
  mail: 'new mail',
  counts: 'counts on the dashboard',
  alarms: 'alarms',
  removed: 'nothing left behind',
} as const;
export type PointId = keyof typeof POINTS;

/** Works through one point and notes what it found. An outage of what the point works with is its finding. */
export type Note = (point: PointId, work: () => Promise<Finding>) => Promise<Finding>;
