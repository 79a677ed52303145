// Who may enter a channel? The four scopes (docs/decisions/0001#decision-2).
import { ChannelDefinitionError } from './channel-errors.js';
import type { ChannelTemplate } from './channel-template.js';

/**
 * - `'public'`: everyone, anonymous connections too.
 * - `'authenticated'`: every user.
 * - `{ role }`: users who hold that role.
 * - `{ userScoped }`: the one user whose id equals the named param.
 */
export type ChannelScope<Param extends string = string> =
  'public' | 'authenticated' | { readonly role: string } | { readonly userScoped: Param };

/** @throws ChannelDefinitionError when the scope is none of the four, its role is empty, or its param is not in the template. */
export function assertScope(scope: ChannelScope, template: ChannelTemplate): void {
  if (scope === 'public' || scope === 'authenticated') return;
  const keys = typeof scope === 'object' && scope !== null ? Object.keys(scope) : [];
  if (keys.length === 1 && 'role' in scope) {
    if (typeof scope.role === 'string' && scope.role.trim() !== '') return;
    throw new ChannelDefinitionError(`Channel "${template.source}" has an empty role; write scope: { role: 'admin' }.`);
  }
  if (keys.length === 1 && 'userScoped' in scope) {
    if (template.paramNames.includes(scope.userScoped)) return;
    throw new ChannelDefinitionError(
      `Channel "${template.source}" is userScoped by "${String(scope.userScoped)}", which its name lacks; add {${String(scope.userScoped)}} to the name or name one of its params.`,
    );
  }
  throw new ChannelDefinitionError(
    `Channel "${template.source}" has no known scope; use 'public', 'authenticated', { role: '...' } or { userScoped: 'param' }.`,
  );
}
