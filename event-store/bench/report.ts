// What a run found, as rows of one table.

/** One number of the store's, and what it is held against. */
export interface Row {
  readonly what: string
  readonly unit: string
  readonly store: number
  /** What the null server reaches. */
  readonly nothing?: number
  /** Of rates store / nothing. */
  readonly ratio?: number
  readonly aim?: string
}

/** A rate beside that of the null server. */
export const compared = (
  what: string,
  unit: string,
  [store, nothing]: readonly [number, number],
  aim?: string,
): Row => ({
  what,
  unit,
  store,
  nothing,
  ratio: store / nothing,
  ...(aim === undefined ? {} : { aim }),
})

const number = (value: number | undefined): string =>
  value?.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 2 : 0 }) ?? ''

const headings = ['measured', 'unit', 'store', 'null server', 'ratio', 'aim'] as const

/** The rows as a Markdown table, whose columns also line up in a terminal. */
export function renderTable(rows: readonly Row[]): string {
  const cells = rows.map(({ what, unit, store, nothing, ratio, aim }) => [
    ...[what, unit, number(store), number(nothing), ratio?.toFixed(2) ?? '', aim ?? ''],
  ])
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map(row => row[column]?.length ?? 0)),
  )
  const pad = (cell: string, column: number): string =>
    column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
  const line = (row: readonly string[]): string => `| ${row.map(pad).join(' | ')} |`
  const rule = widths.map((width, column) =>
    column < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  return [line(headings), line(rule), ...cells.map(line)].join('\n')
}
