// How much of a payload does the dashboard show? Nothing by default; with `payloads: 'shown'`, redacted JSON of limited length.
import { Redaction } from './redaction.js';

/** Maximum length of a payload in a row, in UTF-16 units. */
const LONGEST = 2_048;
/** Maximum depth that is shown. */
const DEEPEST = 16;
/** Maximum length of a string within a payload. */
const LONGEST_STRING = 500;

export class PayloadView {
  private readonly redaction: Redaction;

  constructor(
    private readonly payloads: 'hidden' | 'shown',
    redact: readonly string[],
  ) {
    this.redaction = new Redaction(redact);
  }

  /** The property `payload` to spread into a row; nothing if payloads are hidden. */
  of(payload: unknown): { readonly payload?: string } {
    return this.payloads === 'hidden' ? {} : { payload: this.textOf(payload) };
  }

  private textOf(payload: unknown): string {
    const writer = new PayloadWriter(this.redaction);
    writer.write(payload, 0);
    return writer.text.length > LONGEST ? `${writer.text.slice(0, LONGEST)}…` : writer.text;
  }
}

/** Writes until the text is full. A value that throws is written as `"[unreadable]"`. */
class PayloadWriter {
  text = '';
  private readonly open = new Set<object>();

  constructor(private readonly redaction: Redaction) {}

  write(value: unknown, depth: number): void {
    if (this.isFull) return;
    try {
      this.writeValue(value, depth);
    } catch {
      this.text += '"[unreadable]"';
    }
  }

  private get isFull(): boolean {
    return this.text.length > LONGEST;
  }

  private writeValue(value: unknown, depth: number): void {
    if (typeof value === 'string') this.text += JSON.stringify(value.slice(0, LONGEST_STRING));
    else if (typeof value === 'number' || typeof value === 'boolean') this.text += JSON.stringify(value);
    else if (typeof value === 'bigint') this.text += `"${value.toString().slice(0, LONGEST_STRING)}n"`;
    else if (typeof value === 'object' && value !== null) this.writeObject(value, depth);
    else this.text += typeof value === 'function' || typeof value === 'symbol' ? `"[${typeof value}]"` : 'null';
  }

  private writeObject(value: object, depth: number): void {
    if (ArrayBuffer.isView(value)) this.text += `"[${value.byteLength} bytes]"`;
    else if (this.open.has(value)) this.text += '"[cycle]"';
    else if (depth >= DEEPEST) this.text += '"[deeper]"';
    else {
      this.open.add(value);
      try {
        this.writeMembers(value, depth + 1);
      } finally {
        this.open.delete(value);
      }
    }
  }

  private writeMembers(value: object, depth: number): void {
    const { toJSON } = value as { toJSON?: unknown };
    // A class that hides a field from JSON hides it here too.
    if (typeof toJSON === 'function') return this.write((toJSON as () => unknown).call(value), depth);
    if (Array.isArray(value)) return this.writeArray(value, depth);
    this.text += '{';
    let first = true;
    for (const key of Object.keys(value)) {
      if (this.isFull) break;
      this.text += `${first ? '' : ','}${JSON.stringify(key.slice(0, LONGEST_STRING))}:`;
      first = false;
      if (this.redaction.hides(key)) this.text += '"[redacted]"';
      else this.writeMember(value, key, depth);
    }
    this.text += '}';
  }

  private writeArray(items: readonly unknown[], depth: number): void {
    this.text += '[';
    for (let index = 0; index < items.length && !this.isFull; index++) {
      if (index > 0) this.text += ',';
      this.writeMember(items, String(index), depth);
    }
    this.text += ']';
  }

  private writeMember(owner: object, key: string, depth: number): void {
    let member: unknown;
    try {
      member = (owner as Record<string, unknown>)[key];
    } catch {
      this.text += '"[unreadable]"';
      return;
    }
    this.write(member, depth);
  }
}
