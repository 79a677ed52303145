// What does a user of the page see? One browser profile for each user.
import { isDeepStrictEqual } from 'node:util';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { until } from '../kit/until.js';

export class Reader {
  /** What the browser reported: a violated policy, a script that threw. */
  readonly complaints: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async open(browser: Browser, url: string): Promise<Reader> {
    const context = await browser.newContext({ baseURL: url });
    context.setDefaultTimeout(60_000);
    const reader = new Reader(context, await context.newPage());
    reader.page.on('pageerror', (error) => reader.complaints.push(error.message));
    reader.page.on('console', (message) => {
      // Other messages, such as a 401 that the page shows or a server that went away, are no fault of the page.
      if (/Content Security Policy/i.test(message.text())) reader.complaints.push(message.text());
    });
    await reader.page.goto('/');
    return reader;
  }

  async logIn(userId: string, password: string): Promise<void> {
    await this.page.getByLabel('Name').fill(userId);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Log in', exact: true }).click();
  }

  async logOut(): Promise<void> {
    await this.page.getByRole('button', { name: 'Log out' }).click();
  }

  /** Resolves once the page says so. */
  async connectedAs(name: string): Promise<void> {
    await this.page.locator('#connection[data-state=connected]', { hasText: `Connected as ${name}` }).waitFor();
  }

  async publish(title: string, body: string): Promise<void> {
    await this.page.getByLabel('Title').fill(title);
    await this.page.getByLabel('Text').fill(body);
    await this.page.getByRole('button', { name: /^Publish/ }).click();
  }

  async sendNote(to: string, text: string): Promise<void> {
    await this.page.getByRole('combobox', { name: 'To' }).selectOption({ label: to });
    await this.page.getByLabel('Note', { exact: true }).fill(text);
    await this.page.getByRole('button', { name: 'Send' }).click();
  }

  async say(text: string): Promise<void> {
    await this.page.getByLabel('Remark').fill(text);
    await this.page.getByRole('button', { name: 'Say' }).click();
  }

  /** An admin's checkbox for this role of that user. */
  box(userName: string, role: string): Locator {
    return this.page.getByRole('group', { name: `Roles of ${userName}` }).getByLabel(role, { exact: true });
  }

  article(title: string): Locator {
    return this.page.locator('#feed li', { has: this.page.getByRole('heading', { name: title, exact: true }) });
  }

  /** Opens the part that shows who else reads the article; closes it if it is open. */
  async toggleReaders(title: string): Promise<void> {
    await this.article(title).getByText('Who else reads this?').click();
  }

  /** Resolves once the page lists exactly these readers of the article, those who came first first. */
  async seesReaders(title: string, names: readonly string[], withinMs?: number): Promise<void> {
    const all = this.article(title).getByRole('list', { name: 'Reading now' }).getByRole('listitem');
    await until(
      () => all.allTextContents(),
      (shown) => isDeepStrictEqual(shown, names),
      withinMs,
    );
  }

  /** The field for a comment on the article. */
  comment(title: string): Locator {
    return this.article(title).getByLabel('Comment', { exact: true });
  }

  notice(text: string): Locator {
    return this.page.locator('#notices li', { hasText: text });
  }

  remark(text: string): Locator {
    return this.page.locator('#remarks li', { hasText: text });
  }

  pong(from: string): Locator {
    return this.page.locator('#pongs li', { hasText: from }).first();
  }

  /** An HTTP request with the cookies of this profile. */
  async post(path: string, data: object): Promise<number> {
    return (await this.context.request.post(path, { data })).status();
  }
}
