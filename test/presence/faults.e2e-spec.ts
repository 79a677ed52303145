// What does the boot say of methods and guards of presence that would have no effect?
import { type CanActivate, Injectable, Scope, type Type } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  ChannelDefinitionError,
  defineRealtimeChannel,
  MemberData,
  OnJoin,
  OnLeave,
  OnUserOnline,
  RealtimeChannel,
  RealtimeModule,
  UsePresenceGuards,
  WatchableUsers,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { LogEngine } from '../kit/log-engine.js';

const plain = defineRealtimeChannel({ name: 'plain', scope: 'authenticated', events: { said: z.string() } });
const bare = defineRealtimeChannel({ name: 'bare', scope: 'authenticated', presence: true });
const rich = defineRealtimeChannel({
  name: 'rich',
  scope: 'authenticated',
  presence: { data: z.object({ n: z.number() }) },
});

@Injectable()
class Any implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

class NoClaim {
  @OnJoin() joined(): void {}
}
Injectable()(NoClaim);

@RealtimeChannel(plain)
class NoPresence {
  @OnLeave() left(): void {}
}

@RealtimeChannel(bare)
class NoData {
  @MemberData() data(): object {
    return {};
  }
}

@RealtimeChannel(rich)
class Other {
  @OnJoin(bare) joined(): void {}
  @MemberData() data(): object {
    return { n: 1 };
  }
}

@RealtimeChannel(rich)
class Twice {
  @MemberData() one(): object {
    return { n: 1 };
  }
  @MemberData() two(): object {
    return { n: 2 };
  }
}

@Injectable({ scope: Scope.REQUEST })
@RealtimeChannel(bare)
class Scoped {
  @OnJoin() joined(): void {}
}

@RealtimeChannel(plain)
@UsePresenceGuards(Any)
class Guarded {}

@Injectable({ scope: Scope.REQUEST })
class ScopedUsers {
  @OnUserOnline() online(): void {}
}

@Injectable()
class Watch {
  @WatchableUsers() all(_user: unknown, userIds: readonly string[]): readonly string[] {
    return userIds;
  }
  @WatchableUsers() none(): readonly string[] {
    return [];
  }
}

const faultOf = (providers: Type[], root = {}): Promise<string> =>
  boot({
    imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, ...root }), RealtimeModule.forFeature([plain, bare])],
    providers: [Any, ...providers],
  }).then(
    () => 'none',
    (error: Error) => error.message,
  );

describe('a fault at boot', () => {
  afterEach(closeApps);

  it.each([
    [NoClaim, 'NoClaim.joined() has @OnJoin, but NoClaim claims no channel'],
    [NoPresence, 'NoPresence.left() has @OnLeave, but channel "plain" declares no presence'],
    [NoData, 'NoData.data() has @MemberData, but channel "bare" declares no data for its members'],
    [Other, 'Other.joined() has @OnJoin for channel "bare", but its class claims "rich"'],
    [Twice, 'Twice.two() and Twice.one() both supply the data of members of channel "rich"'],
    [Scoped, 'Scoped.joined() has @OnJoin, but '],
    [Guarded, 'Guarded has @UsePresenceGuards, but channel "plain" declares no presence'],
    [ScopedUsers, 'ScopedUsers.online() has @OnUserOnline, but '],
    [Watch, 'Watch.none() and Watch.all() both have @WatchableUsers'],
  ] as [Type, string][])('names the mistake of %p', async (type, fault) => {
    expect(await faultOf([type])).toContain(fault);
  });

  it('says that no method supplies the data of members', async () => {
    @RealtimeChannel(rich)
    class Silent {}
    expect(await faultOf([Silent])).toContain(
      'declares presence with data, but no method supplies it; put @MemberData()',
    );
  });

  it('says that the broker keeps no members', async () => {
    expect(await faultOf([], { broker: new LogEngine().node() })).toMatch(
      /"bare".* declares presence, but \w+ keeps no members/,
    );
  });
});

it('is there where a public channel declares presence, because anonymous connections are no members', () => {
  const declare = () => defineRealtimeChannel({ name: 'open', scope: 'public', presence: true });
  expect(declare).toThrow(ChannelDefinitionError);
  expect(declare).toThrow('anonymous connections are no members');
});
