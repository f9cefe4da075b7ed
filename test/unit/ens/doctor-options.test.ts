import { describe, expect, test } from '@jest/globals';
import { readCredentials, readDoctorOptions } from '../../../bin/ens/doctor/options.ts';
import { CommandFailure } from '../../../bin/ens/failure.ts';
import { withPassword } from '../../support/ens-cli.ts';

function refusalOf(given: Readonly<Record<string, string>>): CommandFailure | undefined {
  try {
    readDoctorOptions(given);
    return undefined;
  } catch (error) {
    if (error instanceof CommandFailure) return error;
    throw error;
  }
}

const silent = {
  out() {},
  err() {},
  askSecret: async () => undefined,
  confirm: async () => undefined,
  interruption: () => new AbortController().signal,
};
const typing = (password: string) => ({ ...silent, askSecret: async () => password });

describe('the doctor’s options', () => {
  test.each([
    [{ email: 'ann' }, '--email is no e-mail address.'],
    [{ ewsUrl: 'mail.example.com' }, '--ews-url is no URL.'],
    [{ signIn: 'kerberos' }, '--sign-in is basic or ntlm.'],
    [{ passwordFd: 'three' }, '--password-fd is no number.'],
    [{ waitSeconds: '600' }, '--wait-seconds is 280 at most: after five minutes a probe ends.'],
  ])('refuse %j, naming the option and not its value', (given, message) => {
    expect(refusalOf(given)).toMatchObject({ exitCode: 2, message });
  });

  test('ask for a password only where there is a mailbox to sign in to', async () => {
    expect(await readCredentials(readDoctorOptions({}), typing('secret'))).toBeUndefined();
    expect(await readCredentials(readDoctorOptions({ email: 'ann@example.com' }), silent)).toBeUndefined();
    expect(await readCredentials(readDoctorOptions({ email: 'ann@example.com' }), typing('secret'))).toEqual({
      email: 'ann@example.com',
      auth: { type: 'basic', username: 'ann@example.com', password: 'secret' },
    });
  });

  test('read the first line of a file descriptor, blanks and all', async () => {
    const credentials = await withPassword(' päss word ', (passwordFd) =>
      readCredentials(readDoctorOptions({ email: 'ann@example.com', passwordFd }), silent),
    );
    expect(credentials?.auth).toMatchObject({ password: ' päss word ' });
  });

  test('take a domain for NTLM, unless told otherwise', async () => {
    const given = { email: 'ann@example.com', username: 'ann', domain: 'EXAMPLE' };
    const auth = async (options: Readonly<Record<string, string>>) =>
      (await readCredentials(readDoctorOptions(options), typing('secret')))?.auth;
    expect(await auth(given)).toEqual({
      type: 'ntlm',
      username: 'ann',
      password: 'secret',
      domain: 'EXAMPLE',
    });
    expect(await auth({ ...given, signIn: 'basic' })).toMatchObject({ type: 'basic' });
    expect(await auth({ email: 'ann@example.com', signIn: 'ntlm' })).toMatchObject({
      type: 'ntlm',
      domain: '',
    });
  });

  test('say so where the file descriptor cannot be read', async () => {
    const options = readDoctorOptions({ email: 'ann@example.com', passwordFd: '987' });
    await expect(readCredentials(options, silent)).rejects.toMatchObject({
      message: 'File descriptor 987 cannot be read.',
    });
  });
});
