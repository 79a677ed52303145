// Who may enter a channel? The five scopes (docs/decisions/0001#decision-2).
import { ChannelDefinitionError } from './channel-errors.js';
import type { ChannelTemplate } from './channel-template.js';

/**
 * - `'public'`: everyone, anonymous connections too.
 * - `'authenticated'`: every user.
 * - `{ role }`: users who hold that role.
 * - `{ userScoped }`: the one user whose id equals the named param.
 * - `{ sessionScoped }`: the connections of the one session whose `sessionRef()` equals the named param.
 */
export type ChannelScope<Param extends string = string> =
  | 'public'
  | 'authenticated'
  | { readonly role: string }
  | { readonly userScoped: Param }
  | { readonly sessionScoped: Param };

/** The param by which a scope compares the user or the session; undefined for the other scopes. */
export function scopedParam(scope: ChannelScope): string | undefined {
  if (typeof scope !== 'object') return undefined;
  if ('userScoped' in scope) return scope.userScoped;
  return 'sessionScoped' in scope ? scope.sessionScoped : undefined;
}

/** @throws ChannelDefinitionError when the scope is none of the five, its role is empty, or its param is not in the template. */
export function assertScope(scope: ChannelScope, template: ChannelTemplate): void {
  if (scope === 'public' || scope === 'authenticated') return;
  const keys = typeof scope === 'object' && scope !== null ? Object.keys(scope) : [];
  if (keys.length === 1 && 'role' in scope) {
    if (typeof scope.role === 'string' && scope.role.trim() !== '') return;
    throw new ChannelDefinitionError(`Channel "${template.source}" has an empty role; write scope: { role: 'admin' }.`);
  }
  if (keys.length === 1 && ('userScoped' in scope || 'sessionScoped' in scope)) {
    const param = scopedParam(scope)!;
    if (template.paramNames.includes(param)) return;
    throw new ChannelDefinitionError(
      `Channel "${template.source}" is ${keys[0]} by "${String(param)}", which its name lacks; add {${String(param)}} to the name or name one of its params.`,
    );
  }
  throw new ChannelDefinitionError(
    `Channel "${template.source}" has no known scope; use 'public', 'authenticated', { role: '...' }, { userScoped: 'param' } or { sessionScoped: 'param' }.`,
  );
}
