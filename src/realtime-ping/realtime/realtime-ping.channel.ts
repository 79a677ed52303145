// The proof of life: whoever sends a ping, everybody hears the pong.
import { defineRealtimeChannel } from 'nestjs-realtime';
import { Ping, Pong } from './ping.js';

export const pingChannel = defineRealtimeChannel({
  name: 'realtime-ping',
  scope: 'public',
  message: Ping,
  payload: Pong,
});
