export { NewsroomModule } from './newsroom.module.js';
export { newsroomChannel } from './realtime/newsroom.channel.js';
