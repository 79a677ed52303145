import { Module } from '@nestjs/common';
import { OnNewsroom } from './realtime/handlers/on-newsroom.handler.js';

@Module({ providers: [OnNewsroom] })
export class NewsroomModule {}
