// Is the shape of a payload safe for a schema? Checked before any schema runs (docs/hardening.md#9).
import type { Issue, RefusalCode } from '@nestjs-realtime/contract';

/** Limits of an inbound payload. */
export interface ShapeLimits {
  readonly payloadBytes: number;
  readonly payloadDepth: number;
  readonly payloadKeys: number;
}

/** Why a payload is refused. */
export interface ShapeRefusal {
  readonly code: Extract<RefusalCode, 'PAYLOAD_TOO_LARGE' | 'INVALID_PAYLOAD'>;
  readonly issues?: readonly Issue[];
}

/** Keys that would reach an object's prototype. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Null if the payload is within the limits and consists of plain objects, arrays and JSON scalars, without keys that reach a prototype.
 *
 * Security note: reads client data before anything else does. It is iterative, so depth cannot exhaust the stack, and it stops at the
 * first violation. Depth counts objects and arrays; the payload itself is level 1. Bytes count strings, keys and scalars, as in JSON.
 */
export function checkShape(payload: unknown, limits: ShapeLimits): ShapeRefusal | null {
  if (typeof payload !== 'object' || payload === null) {
    return scalarBytes(payload) > limits.payloadBytes ? TOO_LARGE : null;
  }
  const pending: object[] = [payload];
  const depths: number[] = [1];
  let keys = 0;
  let bytes = 0;
  while (pending.length > 0) {
    const node = pending.pop()!;
    const depth = depths.pop()!;
    if (depth > limits.payloadDepth) return TOO_LARGE;
    const isArray = Array.isArray(node);
    if (!isArray && !isPlainObject(node)) return NOT_PLAIN;
    // Keys are counted before values are read, so that too many keys cost little.
    const names = isArray ? null : Object.keys(node);
    const size = names === null ? (node as unknown[]).length : names.length;
    keys += size;
    if (keys > limits.payloadKeys) return TOO_LARGE;
    for (let i = 0; i < size; i++) {
      if (names !== null) {
        if (FORBIDDEN_KEYS.has(names[i])) return FORBIDDEN_KEY;
        bytes += scalarBytes(names[i]);
      }
      const value = (node as Record<string, unknown>)[names === null ? i : names[i]];
      if (typeof value === 'object' && value !== null) {
        pending.push(value);
        depths.push(depth + 1);
      } else {
        bytes += scalarBytes(value);
      }
      if (bytes > limits.payloadBytes) return TOO_LARGE;
    }
  }
  return null;
}

/** Whether the value is an object such as JSON produces. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const TOO_LARGE: ShapeRefusal = { code: 'PAYLOAD_TOO_LARGE' };
const NOT_PLAIN: ShapeRefusal = {
  code: 'INVALID_PAYLOAD',
  issues: [{ path: '', message: 'only plain JSON values are allowed' }],
};
const FORBIDDEN_KEY: ShapeRefusal = {
  code: 'INVALID_PAYLOAD',
  issues: [{ path: '', message: 'keys that reach a prototype are not allowed' }],
};

function scalarBytes(value: unknown): number {
  return typeof value === 'string' ? Buffer.byteLength(value) + 2 : 4;
}
