// Does an envelope come from a node that knows the key? Without one, every process that may write to Redis can publish.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Signs with the first key, and accepts both. So keys change without a pause: add the new one as second, then as first, then drop the old one. */
export class EnvelopeMac {
  private readonly keys: readonly string[];

  constructor(keys: string | readonly [string, string]) {
    this.keys = typeof keys === 'string' ? [keys] : keys;
  }

  /** Of the channel as well: what was sent to one channel is no event of another. */
  sign(channel: string, header: string, json: string): string {
    return signature(this.keys[0], channel, header, json);
  }

  /** Compares in constant time. */
  isOf(given: string, channel: string, header: string, json: string): boolean {
    const bytes = Buffer.from(given);
    return this.keys.some((key) => {
      const right = Buffer.from(signature(key, channel, header, json));
      return right.length === bytes.length && timingSafeEqual(right, bytes);
    });
  }
}

function signature(key: string, channel: string, header: string, json: string): string {
  return createHmac('sha256', key).update(`${channel}\n${header}\n`).update(json).digest('base64url');
}
