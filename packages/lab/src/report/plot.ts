/** A picture of figures, whatever draws it. */
export type Plot = LinePlot | BarPlot;

export interface LinePlot {
  readonly kind: 'lines';
  readonly title: string;
  /** What the figures are of, in small under the title. */
  readonly note?: string;
  readonly x: string;
  readonly y: string;
  /** Of the horizontal axis: `whole` numbers, or of very different sizes. */
  readonly scale?: 'whole' | 'logarithmic';
  readonly logarithmicY?: boolean;
  /** Dots at the points, which are few; without lines between them where they are not in a row. */
  readonly dots?: 'with-line' | 'alone';
  readonly series: readonly Series[];
}

/** Series of one name have one colour and stand in the legend once. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** A point to be seen. */
  readonly marked?: readonly [x: number, y: number] | undefined;
}

export interface BarPlot {
  readonly kind: 'bars';
  readonly title: string;
  readonly note?: string;
  readonly x: string;
  /** From the top; `muted` for what is there to compare with. */
  readonly bars: readonly { readonly label: string; readonly value: number; readonly muted?: boolean }[];
}
