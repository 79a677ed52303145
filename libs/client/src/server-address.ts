// Where is the server, and which headers go there?
import type { ResolvedOptions } from './client-options.js';

/** Origin of the server as HTTP writes it; a url that names none, as it is. */
export function serverOrigin({ url = globalThis.location?.origin ?? 'http://localhost' }: ResolvedOptions): string {
  try {
    return new URL(url).origin;
  } catch {
    return url;
  }
}

/** Address of the endpoint, as messages name it. */
export function endpoint(options: ResolvedOptions): string {
  return serverOrigin(options) + options.path.replace(/\/$/, '');
}

/** With their names in lower case. The server refuses cookies without an Origin, so that of its own pages goes with them, if none is given. */
export function sentHeaders(options: ResolvedOptions): Record<string, string> {
  const given = Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  const headers: Record<string, string | undefined> = Object.fromEntries(given);
  if (headers.cookie && !('origin' in headers)) headers.origin = serverOrigin(options);
  // Node would refuse a header without a value.
  for (const [name, value] of given) if (value === undefined) delete headers[name];
  return headers as Record<string, string>;
}
