// Where does an instance break the rules of its class? Issues with paths, of which a client may see those of its own payload.
import { type Issue, isLegalSegment } from '@nestjs-realtime/contract';
import type { ValidationError } from 'class-validator';
import { RealtimeException } from '../realtime.exception.js';

const MAX_ISSUES = 10;

export function invalid(issues: readonly Issue[]): RealtimeException {
  return new RealtimeException('INVALID_PAYLOAD', { issues });
}

/** The path of an array in place of a declared object: class-validator would accept it and check its elements. */
export function findMisplacedArray(root: object): string | null {
  const pending: { node: object; path: string }[] = [{ node: root, path: '' }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, path } = next;
    for (const [key, value] of Object.entries(node)) {
      if (typeof value !== 'object' || value === null) continue;
      const place = path === '' ? key : `${path}.${key}`;
      if (Array.isArray(value) && isOneObject(node, key)) return place;
      pending.push({ node: value as object, path: place });
    }
  }
  return null;
}

/** Whether the class of an object declares one object for the property, and no list. */
export function isOneObject(node: object, key: string): boolean {
  const type: unknown = Array.isArray(node) ? undefined : Reflect.getMetadata('design:type', node, key);
  return typeof type === 'function' && type !== Array && type !== Object && type !== Set && type !== Map;
}

/** Depth first, at most 10. Paths contain declared properties, and keys chosen by the client only if they are plain identifiers. */
export function issuesOf(errors: readonly ValidationError[], prefix = '', issues: Issue[] = []): Issue[] {
  for (const error of errors) {
    if (issues.length >= MAX_ISSUES) break;
    const path = isLegalSegment(error.property) ? join(prefix, error.property) : prefix;
    for (const [constraint, message] of Object.entries(error.constraints ?? {})) {
      if (issues.length < MAX_ISSUES) {
        issues.push({ path, message: constraint === 'whitelistValidation' ? 'unknown property' : message });
      }
    }
    issuesOf(error.children ?? [], path, issues);
  }
  return issues;
}

function join(prefix: string, property: string): string {
  return prefix === '' ? property : `${prefix}.${property}`;
}
