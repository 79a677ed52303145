// How often did each kind of event happen? Counted in plain numbers, so that the hot path calls no instrument.
import type { BatchObservableResult, Observable } from '@opentelemetry/api';

interface Entry {
  readonly labels: Readonly<Record<string, string>>;
  count: number;
}

/** Counts by label values, since it was created. Each combination of values is one entry: add declared names only. */
export class Tally<Label extends string> {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly labels: readonly Label[]) {}

  /** Values are in the order of the labels. An undefined value omits its label. */
  add(by: number, ...values: readonly (string | undefined)[]): void {
    const key = values.join('\0');
    const entry = this.entries.get(key);
    if (entry === undefined) this.entries.set(key, { labels: this.named(values), count: by });
    else entry.count += by;
  }

  observe(result: BatchObservableResult, instrument: Observable): void {
    for (const { labels, count } of this.entries.values()) result.observe(instrument, count, labels);
  }

  private named(values: readonly (string | undefined)[]): Record<string, string> {
    const named: Record<string, string> = {};
    this.labels.forEach((label, index) => {
      const value = values[index];
      if (value !== undefined) named[`realtime.${label}`] = value;
    });
    return named;
  }
}
