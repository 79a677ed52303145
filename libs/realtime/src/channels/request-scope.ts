// What makes a provider request-scoped? The chain of what it injects, for people to read.
import { Scope } from '@nestjs/common';
import type { InstanceWrapper } from './nest-internals.js';

/** `AppAuthenticator injects Accounts, which injects REQUEST`. The provider must be request-scoped, or depend on one that is. */
export function requestScopeOf(wrapper: InstanceWrapper): string {
  const [first, ...rest] = chainFrom(wrapper, new Set()) ?? [wrapper];
  const last = rest.at(-1) ?? first;
  const links = rest.map((link, index) => `${index === 0 ? '' : ', which'} injects ${nameOf(link)}`);
  const isRequest = last.name === 'REQUEST';
  return `${nameOf(first)}${links.join('')}${isRequest ? '' : `${rest.length === 0 ? '' : ', which'} is request-scoped`}`;
}

/** The providers that a provider injects, and its enhancers. */
export function dependenciesOf(wrapper: InstanceWrapper): InstanceWrapper[] {
  const injected: readonly (InstanceWrapper | undefined)[] = [
    ...(wrapper.getCtorMetadata() ?? []),
    ...(wrapper.getPropertiesMetadata() ?? []).map((property) => property.wrapper),
    ...(wrapper.getEnhancersMetadata() ?? []),
  ];
  return injected.filter((dependency) => dependency !== undefined);
}

function chainFrom(wrapper: InstanceWrapper, seen: Set<InstanceWrapper>): InstanceWrapper[] | null {
  if (wrapper.scope === Scope.REQUEST) return [wrapper];
  seen.add(wrapper);
  for (const dependency of dependenciesOf(wrapper)) {
    if (seen.has(dependency) || dependency.isDependencyTreeStatic()) continue;
    const rest = chainFrom(dependency, seen);
    if (rest !== null) return [wrapper, ...rest];
  }
  return null;
}

/** Its class, or its token. */
export function nameOf({ metatype, token, isAlias, isNotMetatype }: InstanceWrapper): string {
  if (!isNotMetatype) return (metatype as { name: string }).name;
  const name = typeof token === 'function' ? token.name : typeof token === 'symbol' ? token.description : String(token);
  return isAlias || metatype === null || name === 'REQUEST' ? name! : `the factory of ${name}`;
}
