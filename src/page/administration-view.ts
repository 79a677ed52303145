// Who may do what? Admins see and change it; every admin sees each change.
import type { ChannelHandle } from '@nestjs-realtime/client';
import type { EventOutput } from '@nestjs-realtime/contract';
import type { administrationChannel } from '../administration/index.js';
import type { Role, User } from '../users/index.js';
import type { PageClient } from './channels.js';
import { announce, create, find } from './dom.js';
import { GuardedChannel } from './guarded-channel.js';
import { get, inBackground } from './http.js';
import { RoleTable } from './role-table.js';

type RoleChange = EventOutput<typeof administrationChannel, 'roleChanged'>;

export class AdministrationView {
  private readonly section = find('administration', HTMLElement);
  private readonly note = find('administration-note', HTMLParagraphElement);
  private readonly panel = find('administration-panel', HTMLDivElement);
  private readonly news = find('administration-news', HTMLParagraphElement);
  private readonly dashboard = find('dashboard-link', HTMLSpanElement);
  private readonly hint = find('dashboard-hint', HTMLSpanElement);
  private readonly table = new RoleTable();
  private readonly guarded: GuardedChannel<typeof administrationChannel>;
  private channel?: object;
  /** Changes since the list was last requested. */
  private changes: RoleChange[] = [];

  constructor(client: PageClient, whoAmI: () => void) {
    this.guarded = new GuardedChannel(() => client.channel('administration.users'), this, whoAmI);
  }

  showFor(user: User | null): void {
    const isAdmin = user?.roles.includes('admin') ?? false;
    this.dashboard.hidden = !isAdmin;
    this.hint.hidden = isAdmin;
    this.guarded.showFor(user, isAdmin);
  }

  opened(channel: ChannelHandle<typeof administrationChannel>): void {
    this.channel = channel;
    this.section.hidden = this.panel.hidden = false;
    this.note.textContent = 'A role takes effect as soon as you tick it, on every open page.';
    channel.on('roleChanged', (change) => {
      this.changes.push(change);
      this.table.show(change);
      this.report(change);
    });
    channel.onStatus(({ state }) => {
      if (state === 'subscribed') inBackground(this.catchUp(channel));
    });
  }

  closed(code?: string): void {
    this.channel = undefined;
    this.panel.hidden = true;
    this.table.clear();
    this.news.textContent = '';
    this.section.hidden = code === undefined;
    this.note.textContent = code ? `The server has closed this channel to you (${code}): it is for admins.` : '';
  }

  /** Requests the whole list, once subscribed, and applies the changes that arrive meanwhile. So no change is missed. */
  private async catchUp(channel: object): Promise<void> {
    this.changes = [];
    const [users, roles] = await Promise.all([
      get<User[]>('/administration/users'),
      get<Role[]>('/administration/roles'),
    ]);
    if (channel !== this.channel) return;
    this.table.fill(users, roles);
    for (const change of this.changes) this.table.show(change);
    find('roles', HTMLUListElement).replaceChildren(
      ...roles.map(({ name, description, permissions }) =>
        create('li', {}, create('strong', {}, name), ` ${description} `, create('code', {}, permissions.join(', '))),
      ),
    );
  }

  private report({ userId, role, granted, by }: RoleChange): void {
    const name = this.table.nameOf(userId);
    const text = granted ? `${by} gave ${name} the role ${role}.` : `${by} took the role ${role} from ${name}.`;
    this.news.textContent = text;
    announce(text);
  }
}
