// Which methods of an application listen to a hook?
import { RealtimeFault } from '../realtime.exception.js';
import { HOOKS, type RealtimeHookEvents } from '../realtime.hooks.js';
import { markMethod, type MethodMark } from './marked-methods.js';
import type { CheckedMethodDecorator } from './realtime-handler.decorator.js';

/** Marks of listeners; each is the name of a hook. */
export const HOOK: MethodMark = { key: 'nestjs-realtime:hook', decorator: '@OnRealtime' };

/**
 * Calls the method at each event of a hook on this node, as `RealtimeHooks.on` would. It may stand on any provider that is not request-scoped;
 * a method may listen to several hooks.
 *
 * @throws RealtimeFault for a hook that does not exist.
 * @example @OnRealtime('refused') audit({ code, reason }: RealtimeHookEvents['refused']) {}
 */
export function OnRealtime<Name extends keyof RealtimeHookEvents>(
  hook: Name,
): CheckedMethodDecorator<(event: RealtimeHookEvents[Name]) => unknown> {
  if (!HOOKS.includes(hook)) {
    throw new RealtimeFault(`@OnRealtime('${String(hook)}') names no hook; the hooks are ${HOOKS.join(', ')}.`);
  }
  return markMethod(HOOK, hook);
}
