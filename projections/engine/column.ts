// The types that a read model's columns have: in Postgres, in a projector's rows, and for whoever queries them.

/** `Value` is what a projector's row holds, `Read` what `pg` gives to whoever queries the column. */
export interface Column<Value, Read = Value> {
  /** The type in `create table`. */
  readonly sql: string
  /** The type as which values travel in an array; arrays travel as text, since unnest would flatten them. */
  readonly wire: string
  readonly nullable: boolean
  /** A value, never null, as an element of an array literal. */
  readonly write: (value: NonNullable<Value>) => string
  /** From what `pg` read, never null. */
  readonly parse: (read: NonNullable<Read>) => Value
}

// A column is invariant in its values, so a collection of unlike ones has to forget them.
// biome-ignore lint/suspicious/noExplicitAny: see above; rows are checked against their table where they are made.
export type AnyColumn = Column<any, any>

const quoted = (text: string): string =>
  `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`

const same = <Value>(value: Value): Value => value

const column = <Value extends NonNullable<unknown>>(
  sql: string,
  write: (value: Value) => string,
): Column<Value> => ({ sql, wire: sql, nullable: false, write, parse: same })

/** Text. Postgres refuses the character NUL in it. */
export const text = column<string>('text', quoted)

/** A whole number of at most 32 bits. */
export const integer = column<number>('integer', String)

/** A number as JavaScript has it. */
export const float = column<number>('double precision', String)

/** A moment, to the millisecond. */
export const timestamp = column<Date>('timestamptz', value => `"${value.toISOString()}"`)

/** A log position; read as decimal text, as it travels in headers and JSON. */
export const position: Column<bigint, string> = {
  sql: 'bigint',
  wire: 'bigint',
  nullable: false,
  write: String,
  parse: BigInt,
}

const list = <Value extends NonNullable<unknown>>(
  of: Column<Value>,
): Column<readonly Value[], Value[]> => ({
  sql: `${of.sql}[]`,
  wire: 'text',
  nullable: false,
  write: values => quoted(`{${values.map(of.write).join(',')}}`),
  parse: same,
})

/** A list of texts, in order. */
export const texts = list(text)

/** A list of numbers, in order. */
export const floats = list(float)

/** The same column, where null is allowed. */
export const nullable = <Value, Read>(of: Column<Value, Read>): Column<Value | null, Read | null> =>
  ({ ...of, nullable: true }) as Column<Value | null, Read | null>

/** Values of one column as the array literal that Postgres reads. Throws on a value that is not of the column's type. */
export function arrayLiteral(of: AnyColumn, values: readonly unknown[]): string {
  const elements = values.map(value => {
    if (value === null && of.nullable) return 'NULL'
    if (value === null || value === undefined)
      throw new TypeError(`A ${of.sql} column lacks its value`)
    return of.write(value)
  })
  return `{${elements.join(',')}}`
}
