// Does a channel file bring the server to browsers? docs/rules/pure-channel.md
import { isBuiltin } from 'node:module';
import type { RealtimeRule } from '../rule.js';
import { onModuleReferences } from '../syntax/module-references.js';
import { matchesGlob, stemOf } from '../syntax/path-glob.js';
import { isSocketIo } from '../syntax/vendor.js';

/** Files that Nest constructs, by the role in their names. */
const ROLES =
  /\.(authenticator|broadcaster|controller|gateway|guard|handler|interceptor|listener|middleware|module|repository|resolver|service)$/;

export const pureChannel: RealtimeRule<{ allow: readonly string[] }> = {
  description: 'A channel file is shared with browsers; it imports schemas and defineRealtimeChannel only.',
  messages: {
    impure:
      'A channel file is shared with browsers; import schemas and defineRealtimeChannel only. "{{module}}" belongs to the server.',
  },
  /** Globs of modules that may be imported all the same. */
  defaults: { allow: [] },
  visit({ path, options, report }) {
    if (!stemOf(path).endsWith('.channel')) return {};
    return onModuleReferences(({ source, specifier, isType }) => {
      if (isType || matchesGlob(specifier, options.allow)) return;
      if (isOfServer(specifier)) report(source, 'impure', { module: specifier });
    });
  },
};

function isOfServer(specifier: string): boolean {
  return (
    specifier.startsWith('@nestjs/') ||
    specifier.startsWith('nestjs-realtime/') ||
    isSocketIo(specifier) ||
    isBuiltin(specifier) ||
    ROLES.test(stemOf(specifier))
  );
}
