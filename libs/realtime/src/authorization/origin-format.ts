// How do browsers write an origin, and a host? An option that has them otherwise would never match.

/** As browsers send it: to the URL parser, the origins of native shells such as `capacitor://localhost` are opaque. */
export function isOrigin(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { origin, protocol } = new URL(value);
  return origin === 'null'
    ? /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s@]+$/.test(value) && protocol !== 'file:'
    : origin === value;
}

/** A host in lower case: its name, or an IPv6 address in brackets, and its port. */
export const HOST = /^([a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::(0|[1-9]\d{0,4}))?$/;

/** A name that the URL parser would write otherwise is one that no browser sends. */
export function isHost(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const host = value.toLowerCase();
  // Each scheme hides its own default port.
  return ['http', 'https'].some((scheme) => {
    const url = `${scheme}://${host}`;
    return HOST.test(host) && URL.canParse(url) && new URL(url).host === host;
  });
}
