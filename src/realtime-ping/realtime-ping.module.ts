import { Module } from '@nestjs/common';
import { OnRealtimePing } from './realtime/handlers/on-realtime-ping.handler.js';

// A channel with a handler needs no registration: the handler class names it.
@Module({ providers: [OnRealtimePing] })
export class RealtimePingModule {}
