// Where do editors talk among themselves? The scope admits their role, for listening and for speaking.
import { defineRealtimeChannel } from 'nestjs-realtime';
import { Remark, RemarkMade } from './remark.js';

export const newsroomChannel = defineRealtimeChannel({
  name: 'newsroom',
  scope: { role: 'editor' },
  messages: { say: Remark },
  events: { said: RemarkMade },
});
