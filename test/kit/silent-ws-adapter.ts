// Which WebSocket adapter is not Socket.IO? One with as little as Nest needs to bind gateways to it.
import { AbstractWsAdapter } from '@nestjs/websockets';

export class SilentWsAdapter extends AbstractWsAdapter {
  override create(): object {
    return { on: () => undefined, close: () => undefined };
  }

  override bindMessageHandlers(): void {}

  override bindClientConnect(): void {}

  override async close(): Promise<void> {}
}
