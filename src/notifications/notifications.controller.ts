// How does a user read their notifications, and send a note to another user?
import { Body, Controller, Get, HttpCode, NotFoundException, Post, UseGuards, UsePipes } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CurrentUser, SessionGuard } from '../auth/index.js';
import { type User, UsersService } from '../users/index.js';
import { ValidBody } from '../valid-body.pipe.js';
import { MarkNotificationsRead } from './commands/mark-notifications-read.js';
import { NotifyUser } from './commands/notify-user.js';
import { Note } from './note.js';
import { NotificationsRepository } from './notifications.repository.js';
import type { Notification } from './realtime/notification.js';

const PAGE = 20;

@Controller('notifications')
@UseGuards(SessionGuard)
export class NotificationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly notifications: NotificationsRepository,
    private readonly users: UsersService,
  ) {}

  @Get()
  list(@CurrentUser() user: User): Promise<Notification[]> {
    return this.notifications.latest(user.id, PAGE);
  }

  @Get('recipients')
  async recipients(@CurrentUser() me: User): Promise<{ id: string; name: string }[]> {
    const users = await this.users.list();
    return users.filter((user) => user.id !== me.id).map(({ id, name }) => ({ id, name }));
  }

  @Post()
  @HttpCode(204)
  @UsePipes(ValidBody)
  async send(@Body() { to, text }: Note, @CurrentUser() me: User): Promise<void> {
    const users = await this.users.list();
    if (!users.some((user) => user.id === to)) throw new NotFoundException('There is no such user.');
    await this.commands.execute(new NotifyUser(to, `${me.name}: ${text}`));
  }

  @Post('read')
  @HttpCode(204)
  markRead(@CurrentUser() me: User): Promise<void> {
    return this.commands.execute(new MarkNotificationsRead(me.id));
  }
}
