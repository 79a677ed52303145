// On which channel do editors talk? Its scope admits their role, both to receive and to send.
import { defineRealtimeChannel } from 'nestjs-realtime';
import { Remark, RemarkMade } from './remark.js';

export const newsroomChannel = defineRealtimeChannel({
  name: 'newsroom',
  scope: { role: 'editor' },
  messages: { say: Remark },
  events: { said: RemarkMade },
});
