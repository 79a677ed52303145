// What has a broker told its node? Everything, in order.
import type { BrokerSink, ControlCommand, EncodedEvent, LogFrame } from 'nestjs-realtime/adapters';

export class RecordingSink implements BrokerSink {
  readonly frames: LogFrame[] = [];
  readonly events: EncodedEvent[] = [];
  readonly commands: ControlCommand[] = [];
  /** `gone`, `rejoined` and `renewed`, in order. */
  readonly signs: string[] = [];

  receive(frame: LogFrame): void {
    this.frames.push(frame);
  }

  deliver(event: EncodedEvent): void {
    this.events.push(event);
  }

  async act(command: ControlCommand): Promise<void> {
    this.commands.push(command);
  }

  async renewAll(): Promise<void> {
    this.signs.push('renewed');
  }

  gone(): void {
    this.signs.push('gone');
  }

  rejoined(): void {
    this.signs.push('rejoined');
  }
}
