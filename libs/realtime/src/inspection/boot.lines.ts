// Which channels does the application serve, and what guards them? Said at boot, a line for each, as Nest lists its routes.
import { type CanActivate, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { IRealtimeAuthenticator } from '../authorization/realtime.authenticator.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { CONNECT_GUARDS } from '../guards/connect.guard.js';
import { logLine } from '../instrumentation/log-text.js';
import { RealtimeOptions } from '../realtime.options.js';
import {
  channelListOf,
  type ChannelList,
  type ListedChannel,
  type ListedMessage,
  scopeText,
} from './channel-rights.js';

@Injectable()
export class BootLines implements OnApplicationBootstrap {
  private readonly logger = new Logger('RealtimeExplorer');
  private said = false;

  constructor(
    private readonly options: RealtimeOptions,
    private readonly registry: HandlerRegistry,
    private readonly authenticator: IRealtimeAuthenticator,
    @Inject(CONNECT_GUARDS) private readonly guards: readonly CanActivate[],
    private readonly http: HttpAdapterHost,
  ) {}

  /** A process that no client can connect to has nothing to list. Nest calls it again for a microservice that is initialised later. */
  onApplicationBootstrap(): void {
    const serves = this.options.mode === 'server' && (this.http.httpAdapter as unknown) !== undefined;
    if (!serves || this.said) return;
    this.said = true;
    const list = channelListOf(this.registry, this.authenticator, this.guards);
    for (const line of linesOf(list, this.options.path)) this.logger.log(logLine(line));
  }
}

function linesOf({ connect, channels }: ChannelList, path: string): string[] {
  return [`Realtime {${path}}: ${[connect.authenticator, ...connect.guards].join(' +')}`, ...channels.map(lineOf)];
}

/** `+` stands before each guard: those of the channel first, then those that a message has besides. */
function lineOf({ name, scope, guards, messages }: ListedChannel): string {
  const gates = guards.map((guard) => ` +${guard}`).join('');
  const taken = messages.filter(({ handler, whisper }) => handler !== null || whisper);
  const text = taken.map((message) => messageText(message, guards)).join(', ');
  return `Mapped {${name}, ${scopeText(scope)}}${gates}${text && `, messages: ${text}`}`;
}

function messageText({ name, whisper, guards }: ListedMessage, ofChannel: readonly string[]): string {
  const more = guards.filter((guard) => !ofChannel.includes(guard)).map((guard) => ` +${guard}`);
  return `${name}${whisper ? ' (whisper)' : ''}${more.join('')}`;
}
