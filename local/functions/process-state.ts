import { EMPTY_NETWORK, type WorldNetwork } from '../world/network.ts';

/** What one function process knows about the world around it; written by the runner, read by the preload. */
export const processState = {
  requestId: 'init',
  clockOffsetMs: Number(process.argv[2] ?? 0),
  functionArn: process.argv[3] ?? '',
  network: readNetwork(process.argv[4]),
  // Last, where a list of processes shows it.
  functionId: process.argv[5] ?? '',
};

function readNetwork(text: string | undefined): WorldNetwork {
  return text === undefined ? EMPTY_NETWORK : JSON.parse(text);
}
