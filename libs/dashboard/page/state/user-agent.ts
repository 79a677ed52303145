// Which program is a client, in a few words? Read from what it says of itself, which may be anything.

/** In this order: most browsers also name the ones whose pages they want. */
const BROWSERS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdgA?\/(\d+)/, 'Edge'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\bSamsungBrowser\/(\d+)/, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\/(\d+)/, 'Firefox'],
  [/\b(?:Headless)?Chrome\/(\d+)/, 'Chrome'],
  [/\bCriOS\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)[\d.]* (?:Mobile\/\w+ )?Safari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\b(?:iPhone|iPod)\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];
/** A program that is no browser names itself first, such as `python-requests/2.32.3`. */
const PROGRAM = /^([\w.-]{1,40})(?:\/(\d+(?:\.\d+)?))?/;

/** `Chrome 140 on Linux`, `python-requests 2.32`; the text itself where nothing is known in it. Security note: reads client data. */
export function programOf(userAgent: string): string {
  if (userAgent === '') return 'no user agent';
  const browser = found(BROWSERS, userAgent);
  const system = found(SYSTEMS, userAgent);
  if (browser !== null)
    return [browser.name, browser.version].join(' ') + (system === null ? '' : ` on ${system.name}`);
  const [, name, version] = PROGRAM.exec(userAgent) ?? [];
  if (name === undefined || name === 'Mozilla') return userAgent;
  return version === undefined ? name : `${name} ${version}`;
}

interface Found {
  readonly name: string;
  readonly version: string | undefined;
}

function found(among: readonly (readonly [RegExp, string])[], text: string): Found | null {
  for (const [pattern, name] of among) {
    const match = pattern.exec(text);
    if (match !== null) return { name, version: match[1] };
  }
  return null;
}
