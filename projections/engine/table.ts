// A read model's table as a projector declares it, and the types that follow from the declaration.
import type { AnyColumn, Column } from './column.ts'

type Columns = Readonly<Record<string, AnyColumn>>

export interface Index {
  /** What follows the table's name in `create index`: `(slug)`, `using gin (tags)`. */
  readonly on: string
  readonly unique?: true
}

export interface Table<
  Name extends string = string,
  Definition extends Columns = Columns,
  Key extends keyof Definition & string = keyof Definition & string,
> {
  readonly name: Name
  readonly columns: Definition
  readonly primaryKey: readonly Key[]
  readonly indexes: readonly Index[]
}

// biome-ignore lint/suspicious/noExplicitAny: a collection of unlike tables has to forget their columns.
export type AnyTable = Table<string, any, any>

type ValueOf<C> = C extends Column<infer Value, infer _Read> ? Value : never
type ReadOf<C> = C extends Column<infer _Value, infer Read> ? Read : never

/** A row as a projector's fold sees and makes it. */
export type RowOf<T extends AnyTable> = {
  readonly [Name in keyof T['columns']]: ValueOf<T['columns'][Name]>
}

/** The columns that name a row. */
export type KeyOf<T extends AnyTable> = Pick<RowOf<T>, T['primaryKey'][number]>

/** A row as `pg` gives it to whoever queries the table. */
export type ReadRowOf<T extends AnyTable> = {
  [Name in keyof T['columns']]: ReadOf<T['columns'][Name]>
}

/** The live tables of a projector by their full names (`posts.authors`), as kysely's database type. */
export type DatabaseOf<Projector extends string, Tables extends AnyTable> = {
  [T in Tables as `${Projector}.${T['name']}`]: ReadRowOf<T>
}

export type Row = Readonly<Record<string, unknown>>
export type Key = Row

/** Declares a table; its first index is the primary key. */
export function defineTable<
  const Name extends string,
  const Definition extends Columns,
  const Key extends keyof Definition & string,
>(
  name: Name,
  definition: {
    readonly columns: Definition
    readonly primaryKey: readonly Key[]
    readonly indexes?: readonly Index[]
  },
): Table<Name, Definition, Key> {
  return Object.freeze({ name, indexes: [], ...definition })
}

/** Tells a key from every other key of its table. Unambiguous, since no text in Postgres holds the character NUL. */
export function keyText(table: AnyTable, key: Key): string {
  const [first, ...rest] = table.primaryKey as readonly string[]
  let text = partText(key[first as string])
  for (const name of rest) text += `\0${partText(key[name])}`
  return text
}

/** Whether a row bears this key. Quick for rows whose key columns are the key's own values, as nearly all are. */
export const hasKey = (table: AnyTable, row: Row, key: Key, text: string): boolean =>
  (table.primaryKey as readonly string[]).every(name => row[name] === key[name]) ||
  keyText(table, row) === text

const partText = (value: unknown): string =>
  typeof value === 'string' ? value : value instanceof Date ? String(value.getTime()) : `${value}`
