/**
 * The first result that is not undefined; undefined once all have ended without one. The looks begin in their order:
 * each when the one before has ended, or after a pause where it takes longer (as in RFC 8305, Happy Eyeballs).
 */
export function firstFound<T>(
  looks: readonly (() => Promise<T | undefined>)[],
  pause: () => Promise<void>,
): Promise<T | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
  let begun = 0;
  let ended = 0;
  let isFound = false;

  function begin(): void {
    const look = looks[begun];
    if (look === undefined || isFound) {
      return;
    }
    begun += 1;
    const mine = begun;
    const goOn = (): void => {
      if (begun === mine) {
        begin();
      }
    };
    look().then((found) => {
      ended += 1;
      isFound ||= found !== undefined;
      goOn();
      if (found !== undefined || ended === looks.length) {
        resolve(found);
      }
    }, reject);
    pause().then(goOn, reject);
  }

  begin();
  if (looks.length === 0) {
    resolve(undefined);
  }
  return promise;
}
