// Which origins does a wildcard such as `https://*.example.com` mean? Subdomains of any depth, under that scheme and port alone.
import { isOrigin } from './origin-format.js';

/** What stands for one or more labels. */
const STAR = '*.';
/** One or more labels, as browsers write them. */
const LABELS = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;

/**
 * Whether the value is a wildcard: `scheme://*.` and at least two labels. One label, such as `*.com`, would mean half of the web. Which
 * names of two labels anyone may register (`*.co.uk`) only the programmer knows.
 */
export function isOriginPattern(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const [scheme, rest] = value.split(`://${STAR}`);
  if (rest === undefined || rest.includes('*') || !isOrigin(`${scheme}://${rest}`)) return false;
  const labels = rest.replace(/:\d+$/, '').split('.');
  return labels.length > 1 && !/^\d+$/.test(labels.at(-1)!);
}

/** One wildcard, ready to be compared. */
export class OriginPattern {
  private readonly prefix: string;
  private readonly suffix: string;

  /** `pattern` has passed `isOriginPattern`. */
  constructor(pattern: string) {
    const [scheme, rest] = pattern.split(`://${STAR}`) as [string, string];
    this.prefix = `${scheme}://`;
    this.suffix = `.${rest}`;
  }

  /** Security note: reads client data. */
  includes(origin: string): boolean {
    return origin.startsWith(this.prefix) && this.includesHost(origin.slice(this.prefix.length));
  }

  /** The same for a host with its port; any scheme counts. */
  includesHost(host: string): boolean {
    return host.endsWith(this.suffix) && LABELS.test(host.slice(0, -this.suffix.length));
  }
}
