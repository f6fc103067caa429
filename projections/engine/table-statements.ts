// A table's rows in bulk: loaded, written and removed by one statement of fixed text each, however many they are.
import pg from 'pg'
import { type AnyColumn, arrayLiteral } from './column.ts'
import { UnwritableRow } from './failures.ts'
import { type AnyTable, type Key, keyText, type Row } from './table.ts'

type Statement = pg.QueryConfig

export interface TableStatements {
  readonly load: (keys: readonly Key[]) => Statement & { readonly rowMode: 'array' }
  readonly upsert: (rows: readonly Row[]) => Statement
  readonly remove: (keys: readonly Key[]) => Statement
  /** A loaded row, with the text of its key. */
  readonly parse: (values: readonly unknown[]) => readonly [text: string, row: Row]
}

export const quoted = pg.escapeIdentifier

/** The table's place, as statements name it. */
export const placeOf = (schema: string, table: AnyTable): string =>
  `${quoted(schema)}.${quoted(table.name)}`

/** The statements of `table` in `schema`, prepared on first use under names that one connection may hold. */
export function statementsOf(schema: string, table: AnyTable): TableStatements {
  const place = placeOf(schema, table)
  const all = Object.keys(table.columns)
  const key: readonly string[] = table.primaryKey
  const rest = all.filter(name => !key.includes(name))
  const columnOf = (name: string) => table.columns[name] as AnyColumn
  const list = (names: readonly string[], of = quoted) => names.map(of).join(', ')
  const unnest = (names: readonly string[]) => {
    const arrays = names.map((name, index) => `$${index + 1}::${columnOf(name).wire}[]`)
    return `unnest(${arrays.join(', ')}) as given (${list(names)})`
  }
  const asStored = (name: string) => `${quoted(name)}::${columnOf(name).sql}`
  const write =
    rest.length === 0
      ? 'nothing'
      : `update set ${list(rest, name => `${quoted(name)} = excluded.${quoted(name)}`)}`
  const texts = {
    load: `select ${list(all, name => `kept.${quoted(name)}`)}
      from ${unnest(key)} join ${place} as kept using (${list(key)})`,
    upsert: `insert into ${place} (${list(all)}) select ${list(all, asStored)} from ${unnest(all)}
      on conflict (${list(key)}) do ${write}`,
    remove: `delete from ${place} as kept using ${unnest(key)}
      where (${list(key, name => `kept.${quoted(name)}`)}) = (${list(key, name => `given.${quoted(name)}`)})`,
  }
  const valuesOf = (names: readonly string[], rows: readonly Row[]) =>
    names.map(name => literal(columnOf(name), name, rows))
  return {
    load: keys => ({
      name: `load ${place}`,
      text: texts.load,
      values: valuesOf(key, keys),
      rowMode: 'array',
    }),
    upsert: rows => ({
      name: `upsert ${place}`,
      text: texts.upsert,
      values: valuesOf(all, rows),
    }),
    remove: keys => ({
      name: `remove ${place}`,
      text: texts.remove,
      values: valuesOf(key, keys),
    }),
    parse: values => {
      const row: Record<string, unknown> = {}
      all.forEach((name, index) => {
        const value = values[index]
        row[name] = value === null ? null : columnOf(name).parse(value)
      })
      return [keyText(table, row), row]
    },
  }
}

function literal(column: AnyColumn, name: string, rows: readonly Row[]): string {
  try {
    return arrayLiteral(
      column,
      rows.map(row => row[name]),
    )
  } catch (cause) {
    throw new UnwritableRow(`Column ${name}: ${(cause as Error).message}`, { cause })
  }
}
