// Did every inbound message reach its handler, once? Handlers add up what they receive; the harness compares.

/** Counts the messages one server process has handled; one peer per process, so one tally. */
class Tally {
  count = 0;
  checksum = 0;

  add(seq: number): void {
    this.count += 1;
    this.checksum += seq;
  }

  reset(): void {
    this.count = 0;
    this.checksum = 0;
  }
}

export const tally = new Tally();
