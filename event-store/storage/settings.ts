// What parts of the server keep for themselves apart from the events: a text under a name. Written to the journal among
// the records of its transaction, it is on disk with them or not at all.
//
//   0  nothing                              5  length of the name
//   4  a bit that no record's flags have    6  the name, then the text

const SETTING_FLAG = 0x80
const FLAGS_AT = 4
const NAME_AT = 6
const LONGEST_NAME = 255

/** A text and the name it is kept under. */
export interface Setting {
  readonly name: string
  readonly value: string
}

/** The bytes that stand for a setting in the journal. Names are ASCII and short. */
export function encodeSetting({ name, value }: Setting): Buffer {
  if (name.length > LONGEST_NAME) throw new RangeError(`${name} is too long a name.`)
  const head = Buffer.alloc(NAME_AT)
  head[FLAGS_AT] = SETTING_FLAG
  head[FLAGS_AT + 1] = name.length
  return Buffer.concat([head, Buffer.from(name, 'latin1'), Buffer.from(value)])
}

/** Whether what the journal holds is a setting, not a record. */
export const isSetting = (bytes: Buffer): boolean =>
  ((bytes[FLAGS_AT] as number) & SETTING_FLAG) !== 0

/** Reads what `encodeSetting` wrote. */
export function decodeSetting(bytes: Buffer): Setting {
  const end = NAME_AT + (bytes[FLAGS_AT + 1] as number)
  return { name: bytes.toString('latin1', NAME_AT, end), value: bytes.toString('utf8', end) }
}

/** The key of a setting in the table that holds them among other things. */
export const settingKey = (name: string): Buffer => Buffer.from(`setting:${name}`, 'latin1')
