// On which channel do admins see each other's changes? Its scope admits a role; a user who loses it is unsubscribed at once.
import { defineRealtimeChannel } from 'nestjs-realtime';
import { RoleChange } from './role-change.js';

export const administrationChannel = defineRealtimeChannel({
  name: 'administration.users',
  scope: { role: 'admin' },
  events: { roleChanged: RoleChange },
});
