// How are results printed? As a Markdown table of medians and ratios, which says which targets are met.
import type { CaseResult, Contestant, Target } from './scenario.js';
import { median, type Ratio, ratioOf } from './statistics.js';

/** One line of the table. */
export interface Row {
  readonly scenario: string;
  readonly case: string;
  readonly contestant: string;
  readonly value: number;
  readonly unit: string;
  readonly bare?: Ratio;
  readonly nest?: Ratio;
  readonly plain?: Ratio;
  readonly target?: Target;
  readonly met?: boolean;
}

export function toRows(results: readonly CaseResult[]): Row[] {
  return results.flatMap((result) =>
    result.contestants.map((contestant) => {
      const bare = ratioTo('bare', contestant, result);
      const nest = ratioTo('nest', contestant, result);
      const plain = ratioTo('plain', contestant, result);
      const target = result.targets.find(({ contestant: label }) => label === contestant.label);
      const reached = target && { bare, nest, plain }[target.against];
      return {
        scenario: result.scenario,
        case: result.case,
        contestant: contestant.label,
        value: median(contestant.samples),
        unit: result.unit,
        bare,
        nest,
        plain,
        target,
        met: target && reached ? isMet(target, reached) : undefined,
      };
    }),
  );
}

export function toMarkdown(machine: string, rows: readonly Row[]): string {
  const lines = rows.map((row) =>
    [
      row.scenario,
      row.case,
      row.contestant,
      `${row.value.toFixed(2)} ${row.unit}`,
      formatRatio(row.bare),
      formatRatio(row.nest),
      formatRatio(row.plain),
      formatTarget(row),
    ].join(' | '),
  );
  return [
    '| scenario | case | contestant | median | ÷ bare socket.io | ÷ Nest gateway | ÷ plain broadcast | target |',
    '|---|---|---|---|---|---|---|---|',
    ...lines.map((line) => `| ${line} |`),
    '',
    `Measured on ${machine}.`,
  ].join('\n');
}

function isMet({ atMost = Infinity, atLeast = 0 }: Target, { median: reached }: Ratio): boolean {
  return reached <= atMost && reached >= atLeast;
}

function ratioTo(
  reference: Contestant['reference'],
  contestant: CaseResult['contestants'][number],
  { contestants }: CaseResult,
): Ratio | undefined {
  const other = contestants.find((candidate) => candidate.reference === reference);
  return other && other !== contestant ? ratioOf(contestant.samples, other.samples) : undefined;
}

function formatRatio(ratio: Ratio | undefined): string {
  if (!ratio) return '';
  return `${ratio.median.toFixed(2)} (${ratio.lowest.toFixed(2)} to ${ratio.highest.toFixed(2)})`;
}

function formatTarget({ target, met }: Row): string {
  if (!target || met === undefined) return '';
  const bound =
    target.atLeast === undefined ? `at most ${target.atMost?.toFixed(2)}` : `at least ${target.atLeast.toFixed(2)}`;
  return `${met ? 'met' : '**missed**'}: ${bound} of ${target.against}`;
}
