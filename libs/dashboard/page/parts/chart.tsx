// How are numbers drawn over time? By uPlot, on a canvas, in the colours of the page.
import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

interface ChartProps {
  /** Any unit, ascending. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** What x begins and ends with; the data's own ends where absent. */
  readonly from?: number;
  readonly to?: number;
  /** The custom property that holds its colour. */
  readonly colour: string;
  readonly height: number;
  /** What the picture says. */
  readonly label: string;
}

/** One line over its area, from zero, without axes: the text beside it says the figures. */
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
    // A list that came again with the same figures is the same picture.
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
