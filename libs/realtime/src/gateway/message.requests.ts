// How does a message reach its handler? rt:message.
import { Injectable } from '@nestjs/common';
import type { LiveConnection } from '../connections/live.connection.js';
import type { InboundMessage } from '../connections/message-request.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import { Deadlines } from './deadlines.js';
import { type MessageRun, MessageTask } from './message-task.js';
import { MessageHandling } from './message.handling.js';
import { MessageOutcome } from './message.outcome.js';
import { MessageStanding } from './message.standing.js';
import type { PendingRequest } from './pending-request.js';
import { parseMessage } from './request-frames.js';

/** Serves messages. Answers every request once, within the request timeout, and never throws. */
@Injectable()
export class MessageRequests {
  private readonly run: MessageRun;

  constructor(
    { handle }: MessageHandling,
    standing: MessageStanding,
    private readonly outcome: MessageOutcome,
    { requestTimeout, limits }: RealtimeOptions,
  ) {
    const deadlines = new Deadlines(requestTimeout);
    this.run = { slots: limits.handlersInFlight, deadlines, standing, outcome, handle };
  }

  /** Messages that have no answer yet. */
  get underWay(): number {
    return this.run.deadlines.size;
  }

  message(connection: LiveConnection, frame: unknown, pending: PendingRequest): void {
    const message = parseMessage(frame);
    if (message !== null) return this.accept(connection, message, pending);
    pending.refuse(this.outcome.refusalOf(new RealtimeException('BAD_REQUEST'), connection, null));
  }

  /** Takes a message that has been parsed. */
  accept(connection: LiveConnection, message: InboundMessage, pending: PendingRequest): void {
    if (connection.slots.enter(this.run.slots)) {
      new MessageTask(this.run, connection, message, pending).queue();
      return;
    }
    pending.refuse(this.outcome.refusalOf(new RealtimeException('OVERLOADED'), connection, message));
  }
}
