// Which token does the page show beside its cookies? One that was typed in, for as long as the tab lives.

const KEY = 'realtime-dashboard.token';

/** Kept in sessionStorage only; in memory where the browser gives none. */
export class TokenKeeper {
  private memory: string | null = null;

  get token(): string | null {
    return this.storage()?.getItem(KEY) ?? this.memory;
  }

  keep(token: string): void {
    this.forget();
    const storage = this.storage();
    if (storage) storage.setItem(KEY, token);
    else this.memory = token;
  }

  forget(): void {
    this.memory = null;
    this.storage()?.removeItem(KEY);
  }

  private storage(): Storage | null {
    try {
      return sessionStorage;
    } catch {
      // The browser blocks it for this site.
      return null;
    }
  }
}
