// What do several rounds say? Each series once a round, and of each series the median.
import { median } from '../harness/statistics.js';
import type { MeasuredSite, Series, SeriesCost } from './measured-site.js';

/** How long nothing happens in each round, in milliseconds. */
const REST = 300;

export interface RoundCosts {
  /** Of each series, in their order. */
  readonly costs: readonly SeriesCost[];
  readonly rest: SeriesCost;
}

export class Rounds {
  private readonly costs: SeriesCost[][];
  private readonly rests: SeriesCost[] = [];
  private isBackwards = false;

  constructor(
    private readonly site: MeasuredSite,
    private readonly series: readonly Series[],
  ) {
    this.costs = series.map(() => []);
  }

  /** Rounds that count for nothing. */
  async warmUp(count: number): Promise<void> {
    for (let round = 0; round < count; round++) await this.round();
  }

  async measure(count: number): Promise<RoundCosts> {
    for (let round = 0; round < count; round++) {
      const costs = await this.round();
      costs.forEach((cost, index) => this.costs[index].push(cost));
      this.rests.push(await this.site.rest(REST));
    }
    return { costs: this.costs.map(middleOf), rest: middleOf(this.rests) };
  }

  /** Every other round goes backwards, so that a drift of the machine affects all series alike. */
  private async round(): Promise<readonly SeriesCost[]> {
    const order = [...this.series.keys()];
    if (this.isBackwards) order.reverse();
    this.isBackwards = !this.isBackwards;
    const costs = new Array<SeriesCost>(order.length);
    for (const index of order) costs[index] = await this.site.run(this.series[index]);
    return costs;
  }
}

function middleOf(costs: readonly SeriesCost[]): SeriesCost {
  return {
    nodes: costs[0].nodes.map((_, node) => median(costs.map(({ nodes }) => nodes[node]))),
    redis: median(costs.map(({ redis }) => redis)),
    seconds: median(costs.map(({ seconds }) => seconds)),
  };
}
