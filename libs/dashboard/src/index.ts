import 'reflect-metadata';

export {
  type DashboardQueue,
  type RealtimeDashboardModuleOptions,
  RealtimeDashboardOptions,
} from './dashboard.options.js';
export { DASHBOARD_CHANNEL, type DashboardChannel, dashboardChannel } from './wire/dashboard.channel.js';
export type { DashboardFrame, DashboardSnapshot, ElsewhereFrame, MemberRow, StreamRow } from './wire/feed.frames.js';
export { RealtimeDashboardModule } from './realtime-dashboard.module.js';
