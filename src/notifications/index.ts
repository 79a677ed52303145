export { NoticeWorker } from './jobs/notice.worker.js';
export { NotificationsModule } from './notifications.module.js';
export type { Notification } from './realtime/notification.js';
export { notificationsChannel } from './realtime/notifications.channel.js';
