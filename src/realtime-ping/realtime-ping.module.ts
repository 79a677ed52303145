// What belongs to the ping? One handler. Its class names the channel, so no other registration is needed.
import { Module } from '@nestjs/common';
import { OnRealtimePing } from './realtime/handlers/on-realtime-ping.handler.js';

@Module({ providers: [OnRealtimePing] })
export class RealtimePingModule {}
