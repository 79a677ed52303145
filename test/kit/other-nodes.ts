// What is the least broker of several nodes? One whose other nodes are out of reach; a test says what reaches them.
import {
  type BrokerHealth,
  type BrokerSink,
  type CommandOutcome,
  type ControlCommand,
  type EncodedEvent,
  IRealtimeBroker,
  type LogPage,
  type LogTerms,
} from 'nestjs-realtime/adapters';

type Position = NonNullable<LogTerms['known']>;

export class OtherNodes extends IRealtimeBroker {
  override async start(_sink: BrokerSink | null): Promise<void> {}
  override async stop(): Promise<void> {}
  override async publish(_event: EncodedEvent, _log?: LogTerms): Promise<Position | null> {
    return null;
  }
  override async watch(_channel: string): Promise<void> {}
  override unwatch(_channel: string): void {}
  override async read(_channel: string, _from: number | null): Promise<LogPage> {
    return { epoch: 'none', top: 0, tag: '', entries: [] };
  }
  override async positions(channels: readonly string[]): Promise<readonly (Position | null)[]> {
    return channels.map(() => null);
  }
  override async fork(_channel: string, _epoch: string): Promise<void> {}
  override async command(_command: ControlCommand): Promise<CommandOutcome> {
    return { acknowledged: [], missing: [] };
  }
  override health(): BrokerHealth {
    return { state: 'ok', since: new Date(0) };
  }
}
