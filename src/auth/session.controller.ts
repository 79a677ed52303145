// How does a user log in and out? A session is a resource: POST starts it, GET shows it, DELETE ends it.
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpException,
  HttpStatus,
  Post,
  Req,
  Res,
  UnauthorizedException,
  UsePipes,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { IRealtimeConnections } from 'nestjs-realtime';
import { ValidBody } from '../valid-body.pipe.js';
import { type User, UsersService } from '../users/index.js';
import { LoginCredentials } from './login-credentials.js';
import { LoginThrottle } from './login.throttle.js';
import { readSessionCookie, writeSessionCookie } from './session-cookie.js';
import { SESSION_LIFETIME, SessionsService } from './sessions.service.js';

@Controller('session')
@UsePipes(ValidBody)
export class SessionController {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly throttle: LoginThrottle,
    private readonly connections: IRealtimeConnections,
  ) {}

  @Get()
  async show(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<{ user: User | null }> {
    const secret = readSessionCookie(request);
    const session = secret ? await this.sessions.find(secret) : null;
    // Gate 1 refuses a cookie without a session, but admits a client without a cookie as a guest. So such a cookie is removed.
    if (secret !== undefined && !session) writeSessionCookie(request, response, '', 0);
    return { user: session?.user ?? null };
  }

  @Post()
  async logIn(
    @Body() { userId, password }: LoginCredentials,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ user: User }> {
    const address = request.socket.remoteAddress ?? '';
    const wait = this.throttle.take(address, userId);
    if (wait > 0) {
      response.set('Retry-After', String(wait));
      throw new HttpException(`Too many attempts to log in; wait ${wait} s.`, HttpStatus.TOO_MANY_REQUESTS);
    }
    const user = await this.users.findByCredentials(userId, password);
    if (!user) throw new UnauthorizedException('The name or the password is wrong.');
    this.throttle.giveBack(address, userId);
    await this.endSessionOf(request);
    // A new secret at every login, so that a cookie that an attacker planted before is worth nothing.
    writeSessionCookie(request, response, await this.sessions.start(user), SESSION_LIFETIME / 1000);
    return { user };
  }

  @Delete()
  @HttpCode(204)
  async logOut(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    await this.endSessionOf(request);
    writeSessionCookie(request, response, '', 0);
  }

  private async endSessionOf(request: Request): Promise<void> {
    const secret = readSessionCookie(request);
    if (!secret) return;
    await this.sessions.end(secret);
    // The session is ended first, then its connections: every tab of it connects again as a guest.
    await this.connections.disconnect({ sessionId: secret });
  }
}
