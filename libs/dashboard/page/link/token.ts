// Which token does the page send beside its cookies? One that the visitor has entered, until the tab is closed.

const KEY = 'realtime-dashboard.token';

/** Stored in sessionStorage only, or in memory if the browser blocks that. */
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
      // The browser blocks storage for this site.
      return null;
    }
  }
}
