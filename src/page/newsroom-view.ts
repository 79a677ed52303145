// What do editors say to each other? Other users may neither receive nor send.
import type { ChannelHandle } from '@nestjs-realtime/client';
import type { EventOutput } from '@nestjs-realtime/contract';
import type { newsroomChannel } from '../newsroom/index.js';
import type { User } from '../users/index.js';
import type { PageClient } from './channels.js';
import { create, find, timeOf } from './dom.js';
import { onSubmit } from './form.js';
import { GuardedChannel } from './guarded-channel.js';

const SHOWN = 8;

export class NewsroomView {
  private readonly note = find('newsroom-note', HTMLParagraphElement);
  private readonly room = find('newsroom', HTMLDivElement);
  private readonly list = find('remarks', HTMLOListElement);
  private readonly guarded: GuardedChannel<typeof newsroomChannel>;
  private channel?: ChannelHandle<typeof newsroomChannel>;

  constructor(client: PageClient, whoAmI: () => void) {
    this.guarded = new GuardedChannel(() => client.channel('newsroom'), this, whoAmI);
    onSubmit(find('say', HTMLFormElement), async ({ text }) => this.channel?.send('say', { text }));
  }

  showFor(user: User | null): void {
    this.guarded.showFor(user, user?.roles.includes('editor') ?? false);
  }

  opened(channel: ChannelHandle<typeof newsroomChannel>): void {
    this.channel = channel;
    this.room.hidden = false;
    this.note.textContent = 'Only editors hear what is said here. It is not stored: you see what is said from now on.';
    channel.on('said', (remark) => this.add(remark));
  }

  closed(code?: string): void {
    this.channel = undefined;
    this.room.hidden = true;
    this.list.replaceChildren();
    this.note.textContent = code
      ? `The server has closed the newsroom to you (${code}): it is for editors.`
      : 'For editors: log in as ada or grace, or ask an admin to make you one.';
  }

  private add({ from, text, at }: EventOutput<typeof newsroomChannel, 'said'>): void {
    this.list.append(create('li', {}, create('strong', {}, from), ` ${text} `, create('small', {}, timeOf(at))));
    while (this.list.children.length > SHOWN) this.list.firstElementChild?.remove();
  }
}
