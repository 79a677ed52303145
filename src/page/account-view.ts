// What has an admin changed about me? The channel reports the change; the session says what I may do now.
import type { User } from '../users/index.js';
import type { PageClient } from './channels.js';
import { find } from './dom.js';

export class AccountView {
  private readonly news = find('account-news', HTMLParagraphElement);
  private channel?: { unsubscribe(): void };

  constructor(
    private readonly client: PageClient,
    private readonly whoAmI: () => void,
  ) {}

  showFor(user: User | null): void {
    this.channel?.unsubscribe();
    this.channel = undefined;
    this.news.textContent = '';
    if (!user) return;
    const channel = this.client.channel('account.user.{userId}'); // The server subscribes each user to their own.
    this.channel = channel;
    channel.on('roleChanged', ({ role, granted, by }) => {
      this.news.textContent = granted ? `${by} gave you the role ${role}.` : `${by} took the role ${role} from you.`;
      this.whoAmI();
    });
    // Catches up with changes from before the subscription.
    channel.onStatus(({ state }) => {
      if (state === 'subscribed') this.whoAmI();
    });
  }
}
