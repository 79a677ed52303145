// Which channel shows that realtime works? A client sends a ping on it, and every subscriber receives the pong.
import { defineRealtimeChannel } from 'nestjs-realtime';
import { Ping, Pong } from './ping.js';

export const pingChannel = defineRealtimeChannel({
  name: 'realtime-ping',
  scope: 'public',
  message: Ping,
  payload: Pong,
});
