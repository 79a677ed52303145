// Which user is logged in? Scripts cannot read the session cookie, so the page asks the server.
import type { User } from '../users/index.js';
import { find } from './dom.js';
import { onSubmit } from './form.js';
import { get, inBackground, post, remove } from './http.js';

export class SessionView {
  private readonly login = find('login', HTMLFormElement);
  private readonly account = find('account', HTMLDivElement);
  private readonly name = find('account-name', HTMLSpanElement);
  private readonly roles = find('account-roles', HTMLElement);
  private userId: string | null | undefined;
  private questions = 0;

  /**
   * @param shown called with the user in every answer of the server, null for a guest. `isOtherUser` is true for the first answer and
   * whenever the user is another one; when it is false, the roles of the user may have changed.
   */
  constructor(private readonly shown: (user: User | null, isOtherUser: boolean) => void) {
    onSubmit(this.login, async (credentials) => {
      const { user } = await post<{ user: User }>('/session', credentials);
      this.questions++;
      this.show(user);
      find('logout', HTMLButtonElement).focus();
    });
    find('logout', HTMLButtonElement).addEventListener('click', () => {
      inBackground(this.logOut());
    });
    for (const button of this.login.querySelectorAll<HTMLButtonElement>('button[data-user]')) {
      button.addEventListener('click', () => this.logInAs(button.dataset.user!, button.dataset.password!));
    }
    // Tabs of one browser share the cookie: the user may have logged in or out in another tab.
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) inBackground(this.refresh());
    });
  }

  /** Asks the server again. */
  async refresh(): Promise<void> {
    const question = ++this.questions;
    const { user } = await get<{ user: User | null }>('/session');
    // The answer is out of date once a newer request has been made.
    if (question === this.questions) this.show(user);
  }

  private async logOut(): Promise<void> {
    await remove('/session');
    await this.refresh();
    // The button that had the focus is gone.
    this.login.querySelector('input')?.focus();
  }

  private show(user: User | null): void {
    const userId = user?.id ?? null;
    const isOtherUser = userId !== this.userId;
    this.userId = userId;
    this.login.hidden = user !== null;
    this.account.hidden = user === null;
    this.name.textContent = user?.name ?? '';
    this.roles.textContent = user?.roles.join(', ') ?? '';
    this.shown(user, isOtherUser);
  }

  private logInAs(userId: string, password: string): void {
    const fields = this.login.elements;
    (fields.namedItem('userId') as HTMLInputElement).value = userId;
    (fields.namedItem('password') as HTMLInputElement).value = password;
    this.login.requestSubmit();
  }
}
