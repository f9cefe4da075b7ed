'use strict';

/**
 * Stands for @ewsjs/xhr in bundles: ews-javascript-api imports its default transport (with axios, NTLM and a
 * native fibre module behind it) at load time, and we never use it. Using it by mistake fails loudly.
 */
function unused(name) {
  return class {
    constructor() {
      throw new Error(`${name} is not part of this bundle: every service brings its own transport`);
    }
  };
}

module.exports = {
  XhrApi: unused('XhrApi'),
  NtlmProvider: unused('NtlmProvider'),
  CookieProvider: unused('CookieProvider'),
};
