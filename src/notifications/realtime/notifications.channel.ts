// Where does one user hear what is meant for him alone? The scope compares the user's id with the name's param.
import { defineRealtimeChannel } from 'nestjs-realtime';
import { Notification, NotificationsRead } from './notification.js';

export const notificationsChannel = defineRealtimeChannel({
  name: 'notifications.user.{userId}',
  scope: { userScoped: 'userId' },
  events: { arrived: Notification, read: NotificationsRead },
});
