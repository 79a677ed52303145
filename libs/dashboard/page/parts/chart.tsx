// How are numbers drawn over time? With uPlot on a canvas, in the colours of the page.
import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

interface ChartProps {
  /** In any unit, ascending. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** First and last value of the x axis. Default: the ends of the data. */
  readonly from?: number;
  readonly to?: number;
  /** Name of the CSS custom property with the colour of the line. */
  readonly colour: string;
  readonly height: number;
  /** Describes the chart for screen readers. */
  readonly label: string;
}

/** One line over a filled area, from zero and without axes: the figures are in the text beside it. */
export function Chart({ x, y, from, to, colour, height, label }: ChartProps): VNode {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const drawn = useRef('');

  useLayoutEffect(() => {
    const element = host.current!;
    const chart = (plot.current = new uPlot(options(element, colour, height), [[], []], element));
    const fit = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    fit.observe(element);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const redraw = (): void => chart.redraw();
    dark.addEventListener('change', redraw);
    return () => {
      dark.removeEventListener('change', redraw);
      fit.disconnect();
      chart.destroy();
    };
  }, [colour, height]);

  useLayoutEffect(() => {
    // The same figures give the same picture: do not redraw it.
    const picture = `${from} ${to} ${x.at(-1)} ${y.join()}`;
    if (picture === drawn.current) return;
    drawn.current = picture;
    plot.current!.setData([[...x], [...y]], false);
    plot.current!.setScale('x', { min: from ?? x[0] ?? 0, max: to ?? x.at(-1) ?? 1 });
  });

  return <div class="chart" ref={host} role="img" aria-label={label} />;
}

function options(element: HTMLElement, colour: string, height: number): uPlot.Options {
  const property = (name: string): string => getComputedStyle(element).getPropertyValue(name).trim();
  return {
    width: element.clientWidth,
    height,
    padding: [2, 0, 1, 0],
    legend: { show: false },
    cursor: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    axes: [{ show: false }, { show: false }],
    scales: { x: { time: false }, y: { range: (_plot, _min, max) => [0, Math.max(1, max ?? 1)] } },
    series: [
      {},
      {
        stroke: () => property(colour),
        fill: () => property(`${colour}-area`),
        width: 1.5,
        points: { show: false },
      },
    ],
  };
}
