import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ignoreClosedPipe, readWithoutEcho, working } from '../../../bin/ens/terminal.ts';

describe('waiting', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('is announced after two seconds and then every five, until the work is done', async () => {
    const said: string[] = [];
    const work = Promise.withResolvers<string>();
    const result = working({ err: (text) => said.push(text) }, 'Counting', work.promise);
    jest.advanceTimersByTime(1_999);
    expect(said).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(said).toEqual(['Counting … 2 s\n']);
    jest.advanceTimersByTime(10_000);
    expect(said).toHaveLength(3);
    work.resolve('42');
    expect(await result).toBe('42');
    jest.advanceTimersByTime(60_000);
    expect(said).toHaveLength(3);
  });
});

describe('waiting on a terminal', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('is told in one line that changes every second and goes at the end', async () => {
    const [lines, said]: [string[], string[]] = [[], []];
    const work = Promise.withResolvers<void>();
    const terminal = {
      err: (text: string) => said.push(text),
      progress: (text: string) => void lines.push(text),
    };
    const result = working(terminal, 'Counting', work.promise);
    jest.advanceTimersByTime(4_000);
    work.resolve();
    await result;
    expect(lines).toEqual(['Counting … 2 s', 'Counting … 3 s', 'Counting … 4 s', '']);
    expect(said).toEqual([]);
  });
});

describe('a reader who has read enough', () => {
  test('ends nothing', () => {
    expect(() => ignoreClosedPipe(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).not.toThrow();
  });

  test('is not what any other failure of a stream is taken for', () => {
    expect(() => ignoreClosedPipe(Object.assign(new Error('no space'), { code: 'ENOSPC' }))).toThrow(
      'no space',
    );
  });
});

describe('a password', () => {
  function keyboard() {
    const keys = new EventEmitter();
    const raw: boolean[] = [];
    const stdin = {
      setRawMode: (mode: boolean) => raw.push(mode),
      resume() {},
      pause() {},
      on: (event: 'data', listener: (data: Buffer) => void) => keys.on(event, listener),
      off: (event: 'data', listener: (data: Buffer) => void) => keys.off(event, listener),
    };
    return {
      raw,
      keys,
      type: (text: string) => keys.emit('data', Buffer.from(text)),
      read: () => readWithoutEcho(stdin),
    };
  }

  test('is read in raw mode up to Enter, and Backspace takes back a whole character', async () => {
    const { raw, type, read, keys } = keyboard();
    const password = read();
    for (const key of ['p', 'ä', '😀', '\u007f', 's', 's', '\r']) type(key);
    expect(await password).toBe('päss');
    expect(raw).toEqual([true, false]);
    expect(keys.listenerCount('data')).toBe(0);
  });

  test('is given up with Ctrl+C', async () => {
    const { type, read, raw } = keyboard();
    const password = read();
    type('secret\u0003');
    await expect(password).rejects.toMatchObject({ exitCode: 2, message: 'Interrupted; nothing was sent.' });
    expect(raw).toEqual([true, false]);
  });
});
