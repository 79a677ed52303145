// On which channel does a user receive what is meant for them alone? Its scope compares the user's id with the param of the name.
import { defineRealtimeChannel } from 'nestjs-realtime';
import { Notification, NotificationsRead } from './notification.js';

export const notificationsChannel = defineRealtimeChannel({
  name: 'notifications.user.{userId}',
  scope: { userScoped: 'userId' },
  autoSubscribe: true,
  history: true,
  events: { arrived: Notification, read: NotificationsRead },
});
