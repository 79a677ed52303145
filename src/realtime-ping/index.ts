export { pingChannel } from './realtime/realtime-ping.channel.js';
export { RealtimePingModule } from './realtime-ping.module.js';
