/**
 * Stands for `import … from 'node:http'` in bundles, for the reason of node-crypto.ts: the import alone would
 * load undici, a second HTTP client that nobody here uses, and take longer than sending a request.
 */
export const { Agent, request, STATUS_CODES } = process.getBuiltinModule('node:http');
