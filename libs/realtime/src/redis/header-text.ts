// How does a text of any characters stand in the header of an envelope? With each unusual character as its code, so that nothing is torn.

const UNUSUAL = /[^\w.@:-]/g;
const WRITTEN = /^(?:[\w.@:-]|%[0-9a-f]{4})*$/;

/** Text of letters, digits and `_.@:-%` only. Every JavaScript string has one form, also one that is no valid UTF-16. */
export function headerText(text: string): string {
  return text.replace(UNUSUAL, (unusual) => `%${unusual.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The text that was written; null if it is none. */
export function textOfHeader(written: string): string | null {
  if (!WRITTEN.test(written)) return null;
  return written.replace(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
