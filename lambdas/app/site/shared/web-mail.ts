/** Where Outlook on the web shows one mail. The EWS id of an item is its id there, too (Exchange 2013 and later). */

const OUTLOOK = 'https://{host}/owa/?ItemID={item}&exvsurl=1&viewmodel=ReadMessageItem';

/** Undefined where neither the setting nor the mailbox's EWS URL gives an https address. */
export function webMailAddress(
  item: string,
  ewsUrl: string | undefined,
  template: string | undefined,
): string | undefined {
  const host = ewsUrl === undefined ? undefined : parseUrl(ewsUrl)?.host;
  if (template === undefined && host === undefined) return undefined;
  const text = (template ?? OUTLOOK.replace('{host}', host ?? '')).replace(
    '{item}',
    encodeURIComponent(item),
  );
  return parseUrl(text)?.protocol === 'https:' ? text : undefined;
}

/** URL.parse is too new for the oldest iPhones that take web pushes. */
function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
