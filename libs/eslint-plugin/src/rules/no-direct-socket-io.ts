// Does a file know Socket.IO that must not? docs/rules.md#r2
import type { RealtimeRule } from '../rule.js';
import { onModuleReferences } from '../syntax/module-references.js';
import { matchesGlob } from '../syntax/path-glob.js';
import { isSocketIo } from '../syntax/vendor.js';

export const noDirectSocketIo: RealtimeRule<{ allow: readonly string[] }> = {
  description: 'Socket.IO is known in one place; features broadcast through a port.',
  messages: {
    direct: 'Import {{module}} only where it is allowed; broadcast through IRealtimeBroadcaster.',
  },
  /** Globs of the files that may import it. */
  defaults: { allow: [] },
  visit({ path, options, report }) {
    if (matchesGlob(path, options.allow)) return {};
    return onModuleReferences(({ source, specifier }) => {
      if (isSocketIo(specifier)) report(source, 'direct', { module: specifier });
    });
  },
};
