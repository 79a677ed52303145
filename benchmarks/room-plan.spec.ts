import { describe, expect, it } from '@jest/globals';
import { membersOf, roomOf, roomsByConnection } from './room-plan.js';

describe('room plan', () => {
  const plan = { rooms: 10_000, connections: 2_000 };
  const rooms = Array.from({ length: plan.rooms }, (_, room) => membersOf(room, plan));

  it('gives a room one to five members, none of them twice', () => {
    expect(new Set(rooms.map((members) => members.length))).toEqual(new Set([1, 2, 3, 4, 5]));
    expect(rooms.every((members) => new Set(members).size === members.length)).toBe(true);
  });

  it('puts every connection into about as many rooms as any other', () => {
    const counts = roomsByConnection(plan, 0, plan.rooms).map((own) => own.length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(30_000);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...counts)).toBeLessThanOrEqual(30);
  });

  it('visits every room once in as many broadcasts as there are rooms', () => {
    expect(new Set(Array.from({ length: plan.rooms }, (_, seq) => roomOf(seq, plan))).size).toBe(plan.rooms);
  });
});
