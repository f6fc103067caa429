// What a run found, as rows of one table.
import type { Standing } from './contest.ts'

/** One number of the store's, and what it is held against. */
export interface Row {
  readonly what: string
  readonly unit: string
  readonly store: number
  /** What the null server reaches. */
  readonly nothing?: number
  /** What another server reaches. */
  readonly rival?: number
  /** Of rates store / nothing. */
  readonly ratio?: number
  readonly aim?: string
}

/** What was reached in a contest, as a row; of several numbers a round, the one at `place`. */
export function rowOf(
  { what, unit, aim }: Pick<Row, 'what' | 'unit' | 'aim'>,
  { store, nothing, rival }: Standing,
  place = 0,
): Row {
  return {
    ...{ what, unit, store: store[place] as number, nothing: nothing[place] as number },
    ...(rival ? { rival: rival[place] as number } : {}),
    ...(aim === undefined ? {} : { aim }),
  }
}

/** A rate beside that of the null server. */
export function rateRow(row: Pick<Row, 'what' | 'unit' | 'aim'>, standing: Standing): Row {
  const made = rowOf(row, standing)
  return { ...made, ratio: made.store / (made.nothing as number) }
}

const number = (value: number | undefined): string =>
  value?.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 2 : 0 }) ?? ''

const headings = ['measured', 'unit', 'store', 'null server', 'ratio', 'aim', 'rival'] as const

/** The rows as a Markdown table, whose columns also line up in a terminal. */
export function renderTable(rows: readonly Row[]): string {
  const hasRival = rows.some(({ rival }) => rival !== undefined)
  const shown = headings.slice(0, hasRival ? headings.length : -1)
  const cells = rows.map(({ what, unit, store, nothing, ratio, aim, rival }) =>
    [
      ...[what, unit, number(store), number(nothing), ratio?.toFixed(2) ?? '', aim ?? ''],
      number(rival),
    ].slice(0, shown.length),
  )
  const widths = shown.map((heading, column) =>
    Math.max(heading.length, ...cells.map(row => row[column]?.length ?? 0)),
  )
  const pad = (cell: string, column: number): string =>
    column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
  const line = (row: readonly string[]): string => `| ${row.map(pad).join(' | ')} |`
  const rule = widths.map((width, column) =>
    column < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  return [line(shown), line(rule), ...cells.map(line)].join('\n')
}
