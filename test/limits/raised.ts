// Which limits does a test keep out of its way? Its rates are far above what it sends, unless it names its own.
import { FixtureProcess } from '../fixture/fixture.process.js';
import { allChannels } from '../fixture/realtime/all-channels.js';

interface Settings {
  readonly limits?: Readonly<Record<string, number>>;
  readonly [option: string]: unknown;
}

const OUT_OF_THE_WAY = { messagesPerSecond: 100_000, messageBurst: 100_000 };

/** How many channels the server subscribes each user's connection to by itself; they count in the limits. */
export const OWN_SUBSCRIPTIONS = [...allChannels.values()].filter(({ autoSubscribe }) => autoSubscribe).length;

/** A fixture with these options, and with limits that no other test reaches by accident. */
export function startFixture({ limits = {}, ...options }: Settings = {}): Promise<FixtureProcess> {
  return startExactly({ ...options, limits: { ...OUT_OF_THE_WAY, ...limits } });
}

/** A fixture with these options and all other defaults. */
export function startExactly(options: Settings): Promise<FixtureProcess> {
  return FixtureProcess.start({ REALTIME_OPTIONS: JSON.stringify(options) });
}
