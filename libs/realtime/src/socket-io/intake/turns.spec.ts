import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ReadingShare } from './reading-share.js';
import type { SocketIOConnection } from '../socket-io.connection.js';
import { Turns } from './turns.js';

const connection = (): SocketIOConnection & { closed: boolean } => ({ closed: false }) as never;

describe('Turns', () => {
  let served: string[];
  let turns: Turns;

  beforeEach(() => {
    const own: string[] = [];
    served = own;
    turns = new Turns((_connection, event) => void own.push(event));
  });

  const ask = (of: SocketIOConnection, count: number, name: string): void => {
    for (let i = 0; i < count; i++) turns.take(of, name + i, [], null);
  };

  it('serves a few requests of a connection at once and the rest in later turns, in order', async () => {
    const one = connection();
    ask(one, 10, 'a');
    expect(served).toEqual(['a0', 'a1', 'a2', 'a3']);
    await setImmediate();
    expect(served).toHaveLength(8);
    turns.take(one, 'late', [], null);
    expect(served).toHaveLength(8);
    await setImmediate();
    expect(served).toEqual([...Array.from({ length: 10 }, (_, i) => `a${i}`), 'late']);
  });

  it('serves also what comes right after the rest of an earlier turn was served', async () => {
    const one = connection();
    ask(one, 8, 'a');
    await setImmediate();
    expect(served).toHaveLength(8);
    turns.take(one, 'late', [], null);
    await setImmediate();
    expect(served.at(-1)).toBe('late');
  });

  it('lets another connection in between', () => {
    ask(connection(), 100, 'a');
    ask(connection(), 1, 'b');
    expect(served.at(-1)).toBe('b0');
  });

  it('forgets what waits for a connection that has ended', async () => {
    const gone = connection();
    ask(gone, 10, 'a');
    gone.closed = true;
    await setImmediate();
    await setImmediate();
    expect(served).toHaveLength(4);
  });
});

describe('ReadingShare', () => {
  it('stops reading from a socket that has had its bytes of this turn, until the next', async () => {
    const socket = { pause: jest.fn(), resume: jest.fn(), link: null };
    const reading = new ReadingShare();
    reading.took(socket, 30_000);
    expect(socket.pause).not.toHaveBeenCalled();
    reading.took(socket, 30_000);
    reading.took(socket, 30_000);
    expect(socket.pause).toHaveBeenCalledTimes(1);
    expect(socket.resume).not.toHaveBeenCalled();
    await setImmediate();
    expect(socket.resume).toHaveBeenCalledTimes(1);
  });

  it('goes on with a socket only when none of its requests waits', async () => {
    const one = connection();
    const turns = new Turns(() => {});
    const socket = { pause: jest.fn(), resume: jest.fn(), link: { connection: one } };
    const reading = new ReadingShare();
    for (let i = 0; i < 12; i++) turns.take(one, 'x', [], null);
    expect(one.behind).toBe(true);
    reading.took(socket, 60_000);
    await setImmediate();
    expect(socket.resume).not.toHaveBeenCalled();
    await setImmediate();
    await setImmediate();
    expect(one.behind).toBe(false);
    expect(socket.resume).toHaveBeenCalledTimes(1);
  });
});
