// In which order are members told? Those who joined first come first.
import type { Member } from '@nestjs-realtime/contract';

export function sortedMembers(members: readonly Member[]): readonly Member[] {
  return [...members].sort((one, other) => compare(one.since, other.since) || compare(one.userId, other.userId));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
