import { parse, View } from 'vega';
import { compile, type Config, type TopLevelSpec } from 'vega-lite';
import type { BarPlot, LinePlot, Plot } from './plot.js';

/** Colours of the page, which are others when it is dark: `--series-0` to `--series-9`. */
const COLOURS = 10;
/** Letters of a series' name beyond which two do not stand side by side. */
const LONG_LABEL = 30;
const DASHES = [
  [1, 0],
  [6, 3],
  [2, 2],
];

const LINEAR = { type: 'linear', zero: false, nice: false } as const;
const LOGARITHMIC = { type: 'log', nice: false } as const;

const config: Config = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: 'var(--soft)',
    titleColor: 'var(--soft)',
    titleFontWeight: 'normal',
    gridColor: 'var(--rule)',
    domainColor: 'var(--rule)',
    tickColor: 'var(--rule)',
    labelFontSize: 11,
    titleFontSize: 11,
    labelLimit: 0,
  },
  legend: { labelColor: 'var(--ink)', labelFontSize: 11, labelLimit: 0, symbolStrokeWidth: 2.5 },
};

/**
 * Draws a plot as an SVG element that takes its colours from the page.
 *
 * @param names of all series of the page: the same name has the same colour in every plot
 */
export async function plotSvg(plot: Plot, names: readonly string[]): Promise<string> {
  const spec = plot.kind === 'bars' ? barSpec(plot) : lineSpec(plot, names);
  const view = new View(parse(compile(spec, { config }).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

function lineSpec({ series, x, y, scale, logarithmicY, dots }: LinePlot, names: readonly string[]): TopLevelSpec {
  const own = [...new Set(series.map(({ name }) => name))];
  const colour = own.map((name) => `var(--series-${Math.max(0, names.indexOf(name)) % COLOURS})`);
  const dash = own.map((name) => DASHES[Math.floor(Math.max(0, names.indexOf(name)) / COLOURS) % DASHES.length]!);
  const columns = own.some((name) => name.length > LONG_LABEL) ? 1 : 2;
  const legend = own.length === 1 ? null : ({ orient: 'bottom', columns, title: null } as const);
  const values = series.flatMap(({ name, points }, run) => points.map(([at, value]) => ({ at, value, name, run })));
  const marked = series.flatMap(({ name, marked: point }) => (point ? [{ at: point[0], value: point[1], name }] : []));
  const encoding = {
    x: {
      field: 'at',
      type: 'quantitative',
      title: x,
      scale: scale === 'logarithmic' ? LOGARITHMIC : LINEAR,
      axis: { grid: false, ...(scale === 'whole' && { tickMinStep: 1, format: 'd' }) },
    },
    y: {
      field: 'value',
      type: 'quantitative',
      title: y,
      scale: logarithmicY === true ? LOGARITHMIC : { ...LINEAR, nice: true },
    },
    color: { field: 'name', type: 'nominal', scale: { domain: own, range: colour }, legend },
  } as const;
  const line = {
    mark: { type: 'line', strokeWidth: 1.8, strokeOpacity: 0.9, ...(dots && { point: { filled: true, size: 45 } }) },
    encoding: {
      ...encoding,
      detail: { field: 'run', type: 'nominal' },
      strokeDash: { field: 'name', type: 'nominal', scale: { domain: own, range: dash }, legend },
    },
  } as const;
  const point = { mark: { type: 'point', filled: true, size: 60 }, encoding } as const;
  return {
    data: { values },
    width: 420,
    height: 230,
    layer: [dots === 'alone' ? point : line, ...(marked.length > 0 ? [{ ...point, data: { values: marked } }] : [])],
  };
}

function barSpec({ bars, x }: BarPlot): TopLevelSpec {
  const encoding = {
    y: {
      field: 'label',
      type: 'nominal',
      sort: bars.map(({ label }) => label),
      title: null,
      axis: { ticks: false, domain: false, labelColor: 'var(--ink)', labelPadding: 6 },
    },
    x: { field: 'value', type: 'quantitative', title: x, axis: { tickCount: 5 } },
  } as const;
  return {
    data: { values: bars.map((bar) => ({ muted: false, ...bar, shown: shownValue(bar.value) })) },
    width: 300,
    height: { step: 20 },
    layer: [
      {
        mark: { type: 'bar', height: 12, cornerRadiusEnd: 2 },
        encoding: {
          ...encoding,
          color: {
            field: 'muted',
            type: 'nominal',
            scale: { domain: [false, true], range: ['var(--series-0)', 'var(--muted)'] },
            legend: null,
          },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 4, fontSize: 11, color: 'var(--ink)' },
        encoding: { ...encoding, text: { field: 'shown', type: 'nominal' } },
      },
    ],
  };
}

function shownValue(value: number): string {
  return Math.abs(value) < 1 ? value.toFixed(4) : value.toFixed(2);
}
