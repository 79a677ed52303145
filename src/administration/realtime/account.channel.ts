// On which channel does a user learn what an admin has changed about them?
import { defineRealtimeChannel } from 'nestjs-realtime';
import { RoleChange } from './role-change.js';

export const accountChannel = defineRealtimeChannel({
  name: 'account.user.{userId}',
  scope: { userScoped: 'userId' },
  autoSubscribe: true,
  events: { roleChanged: RoleChange },
});
