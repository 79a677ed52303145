// How does a test look at the page? As one person does, in a browser profile that no other test uses.
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';

export interface WatcherOptions extends BrowserContextOptions {
  /** Session id; without one the visitor is anonymous. */
  readonly as?: string;
}

export class Watcher {
  /** Complaints of the browser: a violated policy, a script that threw, a dialog that a script opened. */
  readonly complaints: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async open(browser: Browser, url: string, { as, ...options }: WatcherOptions = {}): Promise<Watcher> {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
    context.setDefaultTimeout(60_000);
    if (as !== undefined) await context.addCookies([{ name: 'session', value: as, url }]);
    const watcher = new Watcher(context, await context.newPage());
    watcher.page.on('pageerror', (error) => watcher.complaints.push(error.message));
    watcher.page.on('dialog', (dialog) => {
      watcher.complaints.push(dialog.message());
      void dialog.dismiss();
    });
    watcher.page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) watcher.complaints.push(message.text());
    });
    await watcher.page.goto(url);
    return watcher;
  }

  /** Resolves once the page shows current data. */
  async live(): Promise<this> {
    await this.state('live').waitFor();
    return this;
  }

  state(state: string): Locator {
    return this.page.locator(`#connection[data-state=${state}]`);
  }

  /** A part of the page by its heading. */
  panel(title: string): Locator {
    return this.page.getByRole('region', { name: title, exact: true });
  }

  /** Rows of the stream, newest first. */
  streamRows(text?: string): Locator {
    return this.panel('Stream').locator('tbody tr', { hasText: text });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  /** Resolves once the page has removed the closed dialog: it moves the focus in the same step. */
  async dialogGone(): Promise<void> {
    await this.page.locator('dialog').waitFor({ state: 'detached' });
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
