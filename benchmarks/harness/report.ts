// How are results printed? As a Markdown table of medians and ratios, which says which targets are met.
import { type CaseResult, type Reference, REFERENCES, type Target } from './scenario.js';
import { median, type Ratio, ratioOf } from './statistics.js';

/** One line of the table. */
export interface Row {
  readonly scenario: string;
  readonly case: string;
  readonly contestant: string;
  readonly value: number;
  readonly unit: string;
  readonly ratios: Partial<Record<Reference, Ratio>>;
  readonly targets: readonly JudgedTarget[];
  /** Whether all targets are met; undefined where there is none. */
  readonly met?: boolean;
}

interface JudgedTarget extends Target {
  readonly isMet: boolean;
}

export function toRows(results: readonly CaseResult[]): Row[] {
  return results.flatMap((result) =>
    result.contestants.map((contestant) => {
      const ratios = ratiosOf(contestant, result);
      const targets = result.targets.flatMap((target) => {
        const reached = target.contestant === contestant.label ? ratios[target.against] : undefined;
        return reached === undefined ? [] : [{ ...target, isMet: isMet(target, reached) }];
      });
      return {
        scenario: result.scenario,
        case: result.case,
        contestant: contestant.label,
        value: median(contestant.samples),
        unit: result.unit,
        ratios,
        targets,
        met: targets.length > 0 ? targets.every((target) => target.isMet) : undefined,
      };
    }),
  );
}

export function toMarkdown(machine: string, rows: readonly Row[]): string {
  const columns = (Object.keys(REFERENCES) as Reference[]).filter((name) =>
    rows.some(({ ratios }) => ratios[name] !== undefined),
  );
  const lines = rows.map((row) =>
    [
      row.scenario,
      row.case,
      row.contestant,
      `${row.value.toFixed(2)} ${row.unit}`,
      ...columns.map((name) => formatRatio(row.ratios[name])),
      row.targets.map(formatTarget).join('; '),
    ].join(' | '),
  );
  return [
    `| scenario | case | contestant | median |${columns.map((name) => ` ÷ ${REFERENCES[name]} |`).join('')} target |`,
    `|---|---|---|---|${'---|'.repeat(columns.length)}---|`,
    ...lines.map((line) => `| ${line} |`),
    '',
    `Measured on ${machine}.`,
  ].join('\n');
}

function isMet({ atMost = Infinity, atLeast = 0 }: Target, { median: reached }: Ratio): boolean {
  return reached <= atMost && reached >= atLeast;
}

function ratiosOf(contestant: CaseResult['contestants'][number], { contestants }: CaseResult): Row['ratios'] {
  const others = contestants.filter((other) => other.reference !== undefined && other !== contestant);
  return Object.fromEntries(others.map((other) => [other.reference, ratioOf(contestant.samples, other.samples)]));
}

function formatRatio(ratio: Ratio | undefined): string {
  if (!ratio) return '';
  return `${ratio.median.toFixed(2)} (${ratio.lowest.toFixed(2)} to ${ratio.highest.toFixed(2)})`;
}

function formatTarget({ isMet: met, atLeast, atMost, against }: JudgedTarget): string {
  const bound = atLeast === undefined ? `at most ${atMost?.toFixed(2)}` : `at least ${atLeast.toFixed(2)}`;
  return `${met ? 'met' : '**missed**'}: ${bound} of ${REFERENCES[against]}`;
}
