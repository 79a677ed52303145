// What belongs to the newsroom? One handler, which registers its channel.
import { Module } from '@nestjs/common';
import { OnNewsroom } from './realtime/handlers/on-newsroom.handler.js';

@Module({ providers: [OnNewsroom] })
export class NewsroomModule {}
