// Can a client write lines into the log? Its text gets there in names, in refusals and in what an application throws.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  Injectable,
  Logger,
  UnauthorizedException,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  IRealtimeConnections,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeException,
  RealtimeExecutionContext,
  RealtimeHandler,
  type RealtimeHandshake,
  RealtimeModule,
  type RealtimeUser,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { LogBook } from '../kit/log-book.js';

const FORGED = 'x\n[Nest] 1  - LOG [Admin] granted\r\u001b[2J\u007f\u0085\u202e\u2066\u2028\u2029\ud800';
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

const talkChannel = defineRealtimeChannel({
  name: 'talk.{id}',
  scope: 'public',
  messages: {
    throw: z.string(),
    broadcast: z.string(),
    guarded: z.string(),
    filtered: z.string(),
    swallowed: z.string(),
  },
  payload: z.any(),
});

/** Throws the client's text, as careless code does. */
class NotFound extends Error {}
class Taken extends Error {}

@Injectable()
class CarelessGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    throw new Error(`no access with ${String(RealtimeExecutionContext.create(context).getRequest().payload)}`);
  }
}

@Catch(Taken)
class TakenFilter implements ExceptionFilter {
  /** Does not answer. */
  catch(_error: Taken, _host: ArgumentsHost): void {}
}

@RealtimeChannel(talkChannel)
class OnTalk {
  constructor(private readonly broadcaster: IRealtimeBroadcaster) {}

  @RealtimeHandler('throw')
  throw(text: string): never {
    const cause = Object.assign(new Error(text), { name: text });
    throw new NotFound(`no ${text}`, { cause: new AggregateError([cause, text], text) });
  }

  @RealtimeHandler('broadcast')
  async broadcast(text: string, { channel }: RealtimeContext<typeof talkChannel>): Promise<void> {
    await this.broadcaster.broadcast(channel, {
      toJSON: () => {
        throw new Error(text);
      },
    });
  }

  @RealtimeHandler('guarded')
  @UseGuards(CarelessGuard)
  guarded(): void {}

  @RealtimeHandler('filtered')
  @UseFilters(TakenFilter)
  filtered(text: string): never {
    throw new NotFound(text);
  }

  @RealtimeHandler('swallowed')
  @UseFilters(TakenFilter)
  swallowed(text: string): never {
    throw new Taken(text);
  }
}

@Injectable()
class CarelessAuthenticator extends KnownUsers {
  override async authenticate(handshake: RealtimeHandshake): Promise<RealtimeUser | null> {
    const { token } = handshake.auth as { token: string };
    if (token.startsWith('user ')) return { userId: token, roles: [] };
    if (token.startsWith('bad ')) throw new UnauthorizedException(`no session ${token}`);
    if (token.startsWith('own ')) throw new RealtimeException('UNAUTHENTICATED', { reason: token });
    throw new Error(`no session ${token}`);
  }

  override async refresh(user: RealtimeUser): Promise<RealtimeUser | null> {
    throw new Error(`no row of ${user.userId}`);
  }
}

describe('the log', () => {
  const log = new LogBook();
  let app: TestApp;

  beforeAll(async () => {
    app = await boot(
      { imports: [RealtimeModule.forRoot({ authenticator: CarelessAuthenticator })], providers: [OnTalk] },
      { logger: log },
    );
  });
  beforeEach(() => {
    log.lines.length = 0;
  });
  afterEach(() => app.hangUp());
  afterAll(closeApps);

  /** Expects a line that holds the client's text, and no line that the client made up. */
  function expectHonestLines(level: string): void {
    const lines = log.lines.filter((line) => line.startsWith(level) && line.includes('LOG [Admin] granted'));
    expect(lines).toHaveLength(1);
    expectNoForgedLines();
  }

  function expectNoForgedLines(): void {
    for (const entry of log.lines) {
      const [first, ...others] = entry.split('\n');
      expect(first).not.toMatch(UNSAFE);
      for (const line of others) {
        expect(line).toMatch(/^ {4}/);
        expect(line).not.toMatch(UNSAFE);
      }
    }
  }

  it.each(['throw', 'guarded', 'filtered', 'swallowed'])(
    'escapes what a message makes the application throw: %s',
    async (message) => {
      const client = await app.connect({ as: 'user ann' });
      await client.subscribe('talk.1');
      expect(await client.send('talk.1', message, FORGED)).toMatchObject({ error: { code: 'INTERNAL' } });
      expectHonestLines('error');
    },
  );

  it('escapes what a client has put into a broadcast that fails', async () => {
    const client = await app.connect({ as: 'user ann' });
    await client.subscribe('talk.1');
    expect(await client.send('talk.1', 'broadcast', FORGED)).toMatchObject({ error: { code: 'INTERNAL' } });
    expect(log.errors().length).toBeGreaterThan(1);
    log.lines.splice(0, log.lines.length, log.errors()[0]);
    expectHonestLines('error');
  });

  it.each(['bad ', 'own ', ''])('escapes credentials that an authenticator repeats: %j', async (kind) => {
    expect(Logger.isLevelEnabled('debug')).toBe(true);
    await expect(app.connect({ as: kind + FORGED })).rejects.toThrow();
    expectNoForgedLines();
    expect(log.lines.filter((line) => line.includes('Refused'))).toHaveLength(1);
  });

  it('escapes user ids, channel names and events of refusals', async () => {
    const client = await app.connect({ as: `user ${FORGED}` });
    await client.subscribe(FORGED);
    await client.subscribe('no.such');
    await client.subscribe('talk.1');
    await client.send('talk.1', FORGED, FORGED);
    await client.request(FORGED, FORGED);
    const refused = log.lines.filter((line) => line.includes('Refused'));
    expect(refused.length).toBeGreaterThanOrEqual(4);
    for (const line of refused) {
      expect(line).not.toMatch(UNSAFE);
      expect(line).toContain('"user x\\u000a[Nest] 1  - LOG [Admin] granted\\u000d\\u001b[2J\\u007f\\u0085');
    }
  });

  it('escapes what a listener of a hook throws, and logs it once for many clients', async () => {
    const off = app.hooks.on('connected', ({ connection }) => {
      throw new Error(`no seat for ${connection.user?.userId}`);
    });
    for (let n = 0; n < 5; n++) await app.connect({ as: `user ${FORGED}` });
    off();
    expectHonestLines('error');
  });

  it('reports once that users cannot be resolved, for any number of connections', async () => {
    const userId = `user ${FORGED}`;
    for (let n = 0; n < 5; n++) await (await app.connect({ as: userId })).subscribe('talk.1');
    await app.nest.get(IRealtimeConnections).reauthorize({ userId });
    expectHonestLines('error');
  });
});
