// Which keys hide their values? Those that contain one of the words.

export class Redaction {
  private readonly words: readonly string[];

  constructor(words: readonly string[]) {
    this.words = words.map(plain);
  }

  hides(key: string): boolean {
    const name = plain(key);
    return this.words.some((word) => name.includes(word));
  }
}

/** Makes `accessToken`, `access_token` and `Access-Token` equal. */
function plain(key: string): string {
  return key.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
