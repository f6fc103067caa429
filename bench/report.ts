// What a run found, as rows of one table.

/** One number of ours beside one that the machine or a plainer program reaches. */
export interface Row {
  readonly what: string
  readonly unit: string
  readonly ours: number
  readonly against?: { readonly name: string; readonly value: number }
  /** ours / theirs; above 1 is quicker than they are. */
  readonly ratio?: number
  readonly aim?: number
}

/** A row with its ratio. Only for rates, where more is better. */
export function compared(
  what: string,
  unit: string,
  ours: number,
  against: { readonly name: string; readonly value: number },
  aim?: number,
): Row {
  const row = { what, unit, ours, against, ratio: ours / against.value }
  return aim === undefined ? row : { ...row, aim }
}

const number = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 2 : 0 })

const headings = ['measured', 'unit', 'Cryptotalks', 'beside', 'reaches', 'ratio', 'aim'] as const
const rightAligned = new Set([2, 4, 5, 6])

/** The rows as a Markdown table, whose columns also line up in a terminal. */
export function renderTable(rows: readonly Row[]): string {
  const cells = rows.map(({ what, unit, ours, against, ratio, aim }) => [
    what,
    unit,
    number(ours),
    against?.name ?? '',
    against ? number(against.value) : '',
    ratio === undefined ? '' : ratio.toFixed(2),
    aim === undefined ? '' : aim.toFixed(2),
  ])
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map(row => row[column]?.length ?? 0)),
  )
  const line = (row: readonly string[]): string =>
    `| ${row
      .map((cell, column) =>
        rightAligned.has(column)
          ? cell.padStart(widths[column] ?? 0)
          : cell.padEnd(widths[column] ?? 0),
      )
      .join(' | ')} |`
  const rule = widths.map((width, column) =>
    rightAligned.has(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  )
  return [line(headings), line(rule), ...cells.map(line)].join('\n')
}
