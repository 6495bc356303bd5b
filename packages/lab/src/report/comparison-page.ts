import { failures, rowProtocols, type Comparison, type ComparisonRow, type ComparisonTable } from '../comparison.js';
import { bestOf, figureNames, mainFigures, noteOf } from '../figures.js';
import { epochs, seeds } from '../format-comparison.js';
import { shownSeconds } from '../progress.js';
import { html, trusted, type Html } from './html.js';
import { pageStyle } from './page-style.js';
import { plotSvg } from './plot-svg.js';
import { tablePlots } from './table-plots.js';

/** One HTML page with everything in it: no script, nothing from the network. */
export async function comparisonPage({ tables }: Comparison): Promise<string> {
  const sections = [];
  for (const table of tables) sections.push(await section(table));
  const title = `Comparison of ${[...new Set(tables.map(({ data }) => data.name))].join(', ')}`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${trusted(pageStyle)}
        </style>
      </head>
      <body>
        <h1>${title}</h1>
        <p class="soft">Figures compare within one table alone: one data set, one protocol.</p>
        ${sections} ${glossary(tables)}
      </body>
    </html> `.html;
}

const tasks: Readonly<Record<ComparisonTable['task'], string>> = {
  'next-item': 'the next item',
  retrieval: 'the item of an interaction',
  'click-through': 'positive or not',
};

async function section(table: ComparisonTable): Promise<Html> {
  const { data, task, rows } = table;
  // Models have the first colours.
  const byModel = rows.toSorted((a, b) => Number(a.name === undefined) - Number(b.name === undefined));
  const names = byModel.map(({ label }) => label);
  const figures = figureNames(rows.flatMap(({ test }) => (test ? [test] : [])));
  const pictures = [];
  for (const plot of tablePlots(table)) {
    const heading = html`<figcaption>${plot.title}<small>${plot.note}</small></figcaption>`;
    pictures.push(html`<figure>${heading}${trusted(await plotSvg(plot, lineNames(plot, names)))}</figure> `);
  }
  const counts = `${count(data.interactions)} interactions of ${count(data.users)} users with ${count(data.items)} items`;
  return html`<section>
    <h2>${data.name}: ${tasks[task]}</h2>
    <p>${counts}</p>
    <div class="protocol">
      Protocol
      <ul>
        ${[...table.protocol, ...rowProtocols(rows)].map((part) => html`<li>${part}</li>`)}
      </ul>
    </div>
    ${failures(rows).map((failure) => html`<p class="failed">${failure}</p>`)}
    ${figureTable(table, mainFigures(figures), true)}
    <details>
      <summary>All figures</summary>
      ${figureTable(table, figures, false)}
    </details>
    <details>
      <summary>Every seed</summary>
      ${seedTable(table, mainFigures(figures))}
    </details>
    <div class="plots">${pictures}</div>
    ${extraTables(rows)}
  </section> `;
}

/** Series that are no row of a table, such as families, come after those that are. */
function lineNames(plot: Awaited<ReturnType<typeof tablePlots>>[number], names: readonly string[]): readonly string[] {
  if (plot.kind === 'bars') return names;
  const own = plot.series.map(({ name }) => name);
  return own.every((name) => names.includes(name)) ? names : [...new Set(own)];
}

function figureTable(table: ComparisonTable, figures: readonly string[], whole: boolean): Html {
  const { rows } = table;
  const best = new Map(
    figures.map((figure) => [
      figure,
      bestOf(
        figure,
        rows.flatMap(({ test }) => test?.[figure] ?? []),
      ),
    ]),
  );
  const head = html`<th>model</th>
    ${figures.map((figure) => html`<th title="${noteOf(figure)?.meaning}">${figure}</th>`)}`;
  const body = rows.map((row) => {
    const cells = figures.map((figure) => {
      const value = row.test?.[figure];
      if (value === undefined) return html`<td>-</td>`;
      return value === best.get(figure)
        ? html`<td class="best">${value.toFixed(4)}</td>`
        : html`<td>${value.toFixed(4)}</td>`;
    });
    const kind = row.name === undefined ? html` class="baseline"` : html``;
    return html`<tr${kind}><td>${row.label}</td>${cells}${whole ? costCells(row) : html``}</tr>\n`;
  });
  const costs = html`<th>seeds</th>
    <th>chosen epoch</th>
    <th>parameters</th>
    <th>training</th>
    <th>to the chosen epoch</th>
    <th>peak memory</th>`;
  return html`<div class="wide">
    <table>
      <caption>
        ${whole ? `Test split of ${table.data.name}, by the protocol above.` : caption(table)}
      </caption>
      <thead>
        <tr>
          ${head}${whole ? costs : html``}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}

function costCells(row: ComparisonRow): Html {
  return html`<td>${row.name === undefined ? '' : seeds(row)}</td>
    <td>${epochs(row)}</td>
    <td>${row.parameters === undefined ? '' : count(row.parameters)}</td>
    <td>${row.cost && shownSeconds(row.cost.trainingSeconds)}</td>
    <td>${row.cost && shownSeconds(row.cost.secondsToChosen)}</td>
    <td>${row.cost && `${count(row.cost.peakMemoryMb)} MB`}</td>`;
}

function seedTable(table: ComparisonTable, figures: readonly string[]): Html {
  const rows = table.rows.flatMap(({ label, runs }) =>
    runs.flatMap(({ seed, result }) => {
      if (!result) return [];
      const { test, validation, chosenEpoch, epochs: all, stoppedEarly } = result.outcome;
      const cells = figures.map((figure) => {
        const held = validation?.[figure];
        const shown = held === undefined ? html`` : html` <small>(${held.toFixed(4)})</small>`;
        return html`<td>${test[figure]?.toFixed(4) ?? '-'}${shown}</td>`;
      });
      const trained = `${chosenEpoch} of ${all.at(-1)?.epoch ?? 0}${stoppedEarly ? ', stopped early' : ''}`;
      return [
        html`<tr>
          <td>${label}</td>
          <td>${seed}</td>
          ${cells}
          <td>${trained}</td>
        </tr> `,
      ];
    }),
  );
  return html`<div class="wide">
    <table>
      <caption>
        In brackets the validation split, which chose the epoch. ${caption(table)}
      </caption>
      <thead>
        <tr>
          <th>model</th>
          <th>seed</th>
          ${figures.map((figure) => html`<th>${figure}</th>`)}
          <th>chosen epoch</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function extraTables(rows: readonly ComparisonRow[]): Html[] {
  return rows.flatMap(({ label, runs }) =>
    runs.flatMap(({ seed, result }) =>
      (result?.outcome.tables ?? []).map(
        ({ title, columns, rows: cells }) =>
          html`<h3>${title}</h3>
            <p class="soft">${label}, seed ${seed}</p>
            <div class="wide">
              <table>
                <thead>
                  <tr>
                    ${columns.map((column) => html`<th>${column}</th>`)}
                  </tr>
                </thead>
                <tbody>
                  ${cells.map(
                    (row) =>
                      html`<tr>
                        ${row.map((cell) => html`<td>${cell}</td>`)}
                      </tr> `,
                  )}
                </tbody>
              </table>
            </div>`,
      ),
    ),
  );
}

function caption({ data, protocol, rows }: ComparisonTable): string {
  return `Test split of ${data.name}; ${[...protocol, ...rowProtocols(rows)].join('; ')}.`;
}

function glossary(tables: readonly ComparisonTable[]): Html {
  const figures = figureNames(tables.flatMap(({ rows }) => rows.flatMap(({ test }) => (test ? [test] : []))));
  const names = [...new Set(figures.map((figure) => figure.split('@')[0] ?? figure))];
  const entries = names.flatMap((name) => {
    const note = noteOf(name);
    return note
      ? [
          html`<dt>${name}</dt>
            <dd>${note.meaning}</dd>`,
        ]
      : [];
  });
  return html`<section>
    <h2>What the figures are</h2>
    <dl>${entries}</dl>
    <p class="soft">
      With several seeds a row has the median of each figure. Peak memory is that of the training's own process, data
      included.
    </p>
  </section>`;
}

const count = (value: number): string => value.toLocaleString('en-US');
