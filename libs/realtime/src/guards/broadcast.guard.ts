// Gate 4 of 4: may this event be sent? Asked once per broadcast, never per recipient; gate 2 has decided who receives it.
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { BroadcastRequest } from '../connections/realtime-request.js';
import { sharedByCopies } from '../package-copy.js';
import { RealtimeFault } from '../realtime.exception.js';
import { RealtimeExecutionContext } from './realtime-execution-context.js';

/** A broadcast that must not be sent. It is a bug of the application, so the caller gets the error and nothing is sent. */
export class BroadcastFault extends RealtimeFault {
  override readonly name = 'BroadcastFault';
}

sharedByCopies(BroadcastFault, 'broadcast-fault');

/** Returns true or throws a `BroadcastFault` to the caller. The channel must be registered and declare the event. */
@Injectable()
export class BroadcastGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { descriptor, event, registered } = RealtimeExecutionContext.create(context).getRequest<BroadcastRequest>();
    if (registered === null) {
      throw new BroadcastFault(
        `Channel "${descriptor.name}" is not registered; add it to RealtimeModule.forFeature([...]) or provide its @RealtimeChannel class.`,
      );
    }
    if (!registered.events.has(event)) {
      throw new BroadcastFault(
        `Channel "${descriptor.name}" declares no event "${event}"; add it to the channel's events (${[...registered.events.keys()].join(', ') || 'none so far'}).`,
      );
    }
    return true;
  }
}
