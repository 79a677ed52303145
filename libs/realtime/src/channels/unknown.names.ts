// Does a client ask for a channel that does not exist? While developing, the log says which template is nearest: it is often a typo.
import { Injectable, Logger } from '@nestjs/common';
import { quotedForLog } from '../instrumentation/log-text.js';
import { HandlerRegistry } from './handler.registry.js';
import { nearestTemplate } from './nearest-template.js';

/** Names that have a line. They come from clients, so they are bounded. */
const MOST_NAMES = 100;
const NO_MORE = `Clients have asked for ${MOST_NAMES} names that match no channel. Further names are not reported.`;

/**
 * Says nothing in production, where strangers ask for every name. The client gets the same answer for an unknown channel as for a forbidden
 * one, so this line is all that tells the two apart.
 */
@Injectable()
export class UnknownNames {
  private readonly logger = new Logger('Realtime');
  private readonly told = new Set<string>();
  private readonly silent = process.env.NODE_ENV === 'production';

  constructor(private readonly registry: HandlerRegistry) {}

  /**
   * Call it behind the answer, so that the answer to an unknown name does not take longer. `name` may be that of a known channel.
   *
   * Security note: reads and prints client data.
   */
  note(name: string): void {
    if (this.silent || this.told.size > MOST_NAMES || this.told.has(name)) return;
    if (this.registry.match(name) !== null) return;
    this.told.add(name);
    try {
      this.logger.warn(this.told.size > MOST_NAMES ? NO_MORE : this.lineOf(name));
    } catch {
      // The application's logger may throw. The client has its answer, and there is no other place to tell it.
    }
  }

  private lineOf(name: string): string {
    const templates = this.registry.listChannels().map((descriptor) => descriptor.name);
    const nearest = nearestTemplate(name, templates);
    const help = nearest === null ? 'No channel is registered.' : `The nearest template is "${nearest}".`;
    return `A client asks for the channel ${quotedForLog(name)}, which matches no registered channel. ${help}`;
  }
}
