// Which positions in a log are legal? What comes from a server or from a page may be anything.
import type { Position } from '@nestjs-realtime/contract';

/** Whether the value may be an offset. */
export function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether a server would take the value as a position. */
export function isPosition(value: unknown): value is Position {
  const { epoch, offset } = (value ?? {}) as Partial<Position>;
  return typeof epoch === 'string' && isOffset(offset);
}
