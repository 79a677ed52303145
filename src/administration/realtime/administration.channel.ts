// Where do admins see each other's work? The scope admits a role, and whoever loses it is off the channel at once.
import { defineRealtimeChannel } from 'nestjs-realtime';
import { RoleChange } from './role-change.js';

export const administrationChannel = defineRealtimeChannel({
  name: 'administration.users',
  scope: { role: 'admin' },
  events: { roleChanged: RoleChange },
});
