import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { errorRepeated, warnRepeated } from './repeated-log.js';

describe('a repeated log line', () => {
  let logger: { warn: jest.Mock; error: jest.Mock };

  beforeEach(() => {
    jest.useFakeTimers();
    logger = { warn: jest.fn(), error: jest.fn() };
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const warned = (): unknown[] => logger.warn.mock.calls.flat();

  it('is written at once the first time, and counted afterwards', () => {
    for (let n = 0; n < 1_000; n++) warnRepeated(logger, 'The database is down', new Error(`refused ${n}`));
    expect(warned()).toEqual(['The database is down: refused 0']);
    jest.advanceTimersByTime(60_000);
    expect(warned().slice(1)).toEqual(['The database is down: 999 more in the last 60 s, the last one: refused 999']);
  });

  it('is counted in each minute, and written at once again after a minute without it', () => {
    const warn = (): void => warnRepeated(logger, 'Down', 'x');
    warn();
    warn();
    jest.advanceTimersByTime(60_000);
    warn();
    warn();
    jest.advanceTimersByTime(60_000);
    jest.advanceTimersByTime(60_000);
    expect(jest.getTimerCount()).toBe(0);
    warn();
    expect(warned()).toEqual([
      'Down: x',
      'Down: 1 more in the last 60 s, the last one: x',
      'Down: 2 more in the last 60 s, the last one: x',
      'Down: x',
    ]);
  });

  it('is separate for each problem and each logger', () => {
    const other = { warn: jest.fn() };
    warnRepeated(logger, 'One', 'x');
    warnRepeated(logger, 'Another', 'x');
    warnRepeated(other, 'One', 'x');
    expect(warned()).toEqual(['One: x', 'Another: x']);
    expect(other.warn).toHaveBeenCalledTimes(1);
  });

  it('has the stack of the first error of its kind', () => {
    errorRepeated(logger, 'handler_error 1', new Error('no'), 'mapper: no');
    errorRepeated(logger, 'handler_error 2', new Error('no'), 'mapper: no');
    errorRepeated(logger, 'handler_error 3', new Error('other'), 'mapper: other');
    jest.advanceTimersByTime(60_000);
    expect(logger.error.mock.calls).toEqual([
      ['handler_error 1', expect.stringMatching(/^ {4}Error: no\n {8}at /)],
      ['handler_error 3', expect.stringContaining('Error: other')],
      ['mapper: no: 1 more in the last 60 s, the last one: no'],
    ]);
  });

  it('distinguishes a limited number of kinds', () => {
    for (let n = 0; n < 10_000; n++) errorRepeated(logger, 'what', new Error('x'), `kind ${n}`);
    expect(logger.error.mock.calls.length).toBeLessThan(100);
    expect(jest.getTimerCount()).toBeLessThan(100);
  });

  it('survives a logger that throws', () => {
    warnRepeated(logger, 'Down', 'x');
    warnRepeated(logger, 'Down', 'x');
    logger.warn.mockImplementation(() => {
      throw new Error('the disk is full');
    });
    expect(() => jest.advanceTimersByTime(60_000)).not.toThrow();
    expect(() => warnRepeated(logger, 'Down too', 'x')).not.toThrow();
    logger.error.mockImplementation(() => {
      throw new Error('the disk is full');
    });
    expect(() => errorRepeated(logger, 'Down', 'x')).not.toThrow();
  });

  it('does not keep the process alive', () => {
    jest.useRealTimers();
    const set = jest.spyOn(globalThis, 'setInterval');
    warnRepeated(logger, 'Down', 'x');
    const timer = set.mock.results[0].value as NodeJS.Timeout;
    set.mockRestore();
    expect(timer.hasRef()).toBe(false);
    clearInterval(timer);
  });
});
