// Which messages need no handler? A whisper is forwarded to the other subscribers, and presence data is set; both are validated first.
import { Injectable, Logger } from '@nestjs/common';
import { EventPublisher } from '../broker/event.publisher.js';
import { startHandler } from '../channels/handler-start.js';
import { isPromiseLike } from '../connections/promise-like.js';
import type { MessageRequest } from '../connections/message-request.js';
import type { RegisteredMessage } from '../connections/registered-channel.js';
import { withCapture } from '../instrumentation/with-capture.js';
import { asJsonCarries } from '../payloads/json-walk.js';
import { isRefusalCode, RealtimeException } from '../realtime.exception.js';
import { PresenceChannels } from '../presence/presence.channels.js';
import { RealtimeHooks } from '../realtime.hooks.js';

/** Gate 3 and the guards of the channel's classes decide who may send them. */
@Injectable()
export class BuiltInMessages {
  /** Returns, or resolves, once the message is done. Throws or rejects with the refusal of a guard or of the schema. */
  readonly handle: (request: MessageRequest, message: RegisteredMessage) => unknown;

  constructor(
    private readonly publisher: EventPublisher,
    private readonly hooks: RealtimeHooks,
    private readonly presence: PresenceChannels,
  ) {
    this.handle = withCapture(
      new Logger('Realtime'),
      {
        layer: 'realtime-message',
        describe: ({ channelName, message }: MessageRequest, _message: RegisteredMessage) =>
          `channel ${channelName}, message ${message}`,
        refusalOf,
      },
      (request: MessageRequest, message: RegisteredMessage) => this.pass(request, message),
    );
  }

  private pass(request: MessageRequest, message: RegisteredMessage): unknown {
    const guarded = this.askGuards(request);
    if (guarded === undefined) return this.parse(request, message);
    request.wait();
    return guarded.then(() => this.parse(request, message));
  }

  private askGuards(request: MessageRequest, from = 0): Promise<unknown> | undefined {
    const { guards } = request.match!.registered;
    for (let index = from; index < guards.length; index++) {
      const pending = guards[index].pass(request);
      if (pending !== undefined) return pending.then(() => this.askGuards(request, index + 1));
    }
    return undefined;
  }

  private parse(request: MessageRequest, message: RegisteredMessage): unknown {
    const payload = message.validator.parse(request.payload);
    const act = (parsed: unknown): unknown =>
      message.whisper ? this.send(request, parsed) : this.setData(request, parsed);
    if (!isPromiseLike(payload)) return act(payload);
    request.wait();
    return payload.then(act);
  }

  /** The user is a member as long as the connection is subscribed. */
  private setData(request: MessageRequest, data: unknown): unknown {
    return startHandler(request, { pass: () => this.askGuards(request) as Promise<void> | undefined }, () => {
      const { channelName, userId } = request;
      if (userId !== null) this.presence.own.in(channelName)?.update(userId, asJsonCarries(data));
    });
  }

  /** The server adds the sender, so that no client can use another user's name. */
  private send(request: MessageRequest, payload: unknown): unknown {
    return startHandler(request, { pass: () => this.askGuards(request) as Promise<void> | undefined }, () => {
      const whisper = { userId: request.userId, payload: asJsonCarries(payload) };
      const json = JSON.stringify(whisper);
      const { channelName, message: event, connectionId } = request;
      const sent = this.publisher.publish({
        channels: [channelName],
        event,
        json,
        except: [{ connectionId }],
        isDroppable: true,
      });
      const announce = (recipients: number): void => this.announce(request, whisper, json, recipients);
      return isPromiseLike(sent) ? sent.then(announce) : announce(sent);
    });
  }

  private announce(request: MessageRequest, payload: unknown, json: string, recipients: number): void {
    const { channel, message: event } = request;
    this.hooks.emit('broadcast', () => ({
      channel: channel!,
      event,
      payload,
      payloadBytes: Buffer.byteLength(json),
      recipients,
      cause: null,
    }));
  }
}

/** A whisper declares no error codes. One that a guard made up is a bug of the guard, so the peer gets `INTERNAL`. */
function refusalOf(error: unknown): RealtimeException | null {
  return error instanceof RealtimeException && isRefusalCode(error.code) ? error : null;
}
