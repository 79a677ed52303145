// How long did it take? Time by the clock, from a fault to each sign of it, as a table at the end of a test file.

/** The time of one fault. */
export class Stopwatch {
  private began = performance.now();

  constructor(
    private readonly row: string,
    private readonly lines: string[],
  ) {}

  /** Notes the time since the fault, or since `again`. */
  mark(sign: string): void {
    this.lines.push(`${this.row}: ${sign} after ${((performance.now() - this.began) / 1_000).toFixed(2)} s`);
  }

  /** What comes from now on counts from here, such as from the end of the fault. */
  again(): void {
    this.began = performance.now();
  }
}

export class Timetable {
  private readonly lines: string[] = [];

  /** The fault happens now. */
  start(row: string): Stopwatch {
    return new Stopwatch(row, this.lines);
  }

  print(): void {
    process.stdout.write(`\n${this.lines.join('\n')}\n`);
  }
}
