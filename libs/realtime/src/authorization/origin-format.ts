// How do browsers write an origin and a host? An option in any other form would never match.

/** Whether a browser sends the value as an origin. To the URL parser, origins such as `capacitor://localhost` (native shells) are opaque. */
export function isOrigin(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { origin, protocol } = new URL(value);
  return origin === 'null'
    ? /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s@]+$/.test(value) && protocol !== 'file:'
    : origin === value;
}

/** A host in lower case: its name, or an IPv6 address in brackets, and its port. */
export const HOST = /^([a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::(0|[1-9]\d{0,4}))?$/;

/** Browsers send a host as the URL parser writes it, so no browser sends a host that the parser changes. */
export function isHost(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const host = value.toLowerCase();
  // Each scheme hides its own default port.
  return ['http', 'https'].some((scheme) => {
    const url = `${scheme}://${host}`;
    return HOST.test(host) && URL.canParse(url) && new URL(url).host === host;
  });
}
