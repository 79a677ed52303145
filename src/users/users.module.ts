// What do other features get of the users? The users themselves, and their roles.
import { Module } from '@nestjs/common';
import { RolesRepository } from './roles.repository.js';
import { UsersService } from './users.service.js';

@Module({ providers: [UsersService, RolesRepository], exports: [UsersService, RolesRepository] })
export class UsersModule {}
