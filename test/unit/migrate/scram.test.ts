import { describe, expect, it } from '@jest/globals';
import { scramVerifier } from '../../../lambdas/migrate/scram.ts';

describe('the verifier of a database password', () => {
  it('is what PostgreSQL itself makes of the password and the salt', () => {
    // Made by PostgreSQL 15: CREATE ROLE … PASSWORD 'pencil-and-paper', then read from pg_authid.
    const known =
      'SCRAM-SHA-256$4096:WTiVUdqMmwYJAvztlSkg8A==$ffelSvrNLKRQc4S30E4uHxBkmo5CDA40qki3Om/pfSw=:EDqmvLiXSL0YNb2g5YHOYmRXW8yj4ubLzRN/8uFYuxY=';
    const salt = Buffer.from(/:([^$]+)\$/.exec(known)?.[1] ?? '', 'base64');
    expect(scramVerifier('pencil-and-paper', salt)).toBe(known);
  });

  it('has a fresh salt each time', () => {
    expect(scramVerifier('pencil-and-paper')).not.toBe(scramVerifier('pencil-and-paper'));
  });

  it.each(['', 'with blank', 'umlaut-ä', 'tab\t'])('refuses what SASLprep could change: %j', (password) => {
    expect(() => scramVerifier(password)).toThrow(RangeError);
  });
});
