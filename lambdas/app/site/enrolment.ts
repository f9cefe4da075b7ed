/** The administrator's link: `<address>/app#token=<API token>`. The fragment is sent to no server. */

const TOKEN = /#token=([\x21-\x7e]{8,200})$/;

/** The API token in a link, or undefined. */
export function tokenIn(link: string): string | undefined {
  return TOKEN.exec(link.trim())?.[1];
}

/** On iPhone and iPad web apps get pushes only from the home screen, which has a storage of its own. */
export function needsHomeScreen(): boolean {
  const apple = /iPhone|iPad|iPod/.test(navigator.userAgent) || isTouchMac();
  return apple && !matchMedia('(display-mode: standalone)').matches;
}

/** iPads say that they are Macs; no Mac has a touch screen. */
function isTouchMac(): boolean {
  return /Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1;
}

export function canPush(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
}
