// How do points become a picture? Vega-Lite says what a line chart is, Vega writes it as SVG. Nothing in it depends on the machine.
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

export interface Point {
  readonly x: number;
  readonly y: number;
  readonly series: string;
}

interface Axis {
  readonly title: string;
  readonly log?: boolean;
}

export interface LineChart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly points: readonly Point[];
}

export async function drawLines({ title, x, y, points }: LineChart): Promise<string> {
  const spec: TopLevelSpec = {
    ...{ title, width: 560, height: 300, background: 'white', padding: 12 },
    data: { values: points.map((point) => ({ ...point })) },
    mark: { type: 'line', point: false, strokeWidth: 2 },
    encoding: {
      x: { field: 'x', ...axis(x) },
      y: { field: 'y', ...axis(y) },
      color: {
        field: 'series',
        type: 'nominal',
        title: null,
        sort: null,
        scale: { scheme: 'dark2' },
        legend: { labelLimit: 0 },
      },
    },
  };
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}

function axis({ title, log = false }: Axis) {
  const scale = log ? ({ type: 'log' } as const) : { zero: true };
  return { type: 'quantitative', title, scale, axis: { format: ',~r' } } as const;
}
