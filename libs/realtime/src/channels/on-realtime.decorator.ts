// Which methods of an application listen to a hook?
import { SetMetadata } from '@nestjs/common';
import { RealtimeFault } from '../realtime.exception.js';
import { HOOKS, type RealtimeHookEvents } from '../realtime.hooks.js';
import type { CheckedMethodDecorator } from './realtime-handler.decorator.js';

const HOOK_METADATA = 'nestjs-realtime:hook';

/**
 * Calls the method at each event of a hook on this node, as `RealtimeHooks.on` would. It may stand on any provider that is not request-scoped.
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
  return SetMetadata(HOOK_METADATA, hook);
}

/** The hook that a method listens to, if any. */
export function hookOf(method: object): keyof RealtimeHookEvents | undefined {
  return Reflect.getMetadata(HOOK_METADATA, method) as keyof RealtimeHookEvents | undefined;
}
