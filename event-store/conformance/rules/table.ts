// Tables of text as data of tests: a head of columns, then rows of a name and a cell for each column.

export interface Row {
  readonly name: string
  /** By column, in the order of the head. */
  readonly cells: Readonly<Record<string, string>>
}

const split = (line: string): string[] => line.split('|').map(cell => cell.trim())

export function table(text: string): Row[] {
  const [head, ...lines] = text.split('\n').filter(line => line.trim() !== '')
  const [, ...columns] = split(head as string)
  return lines.map(line => {
    const [name, ...cells] = split(line) as [string, ...string[]]
    if (cells.length !== columns.length) throw new Error(`Not a row of this table: ${line}`)
    return { name, cells: Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? ''])) }
  })
}
