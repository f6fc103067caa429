// What a log writes to its tables, each within a transaction of its own or somebody else's.
import { positionOf, revisionOf, streamNumberOf } from '../protocol/recorded-event.ts'
import { DamagedStore } from './errors.ts'
import { nameKey, positionKey, revisionKey } from './keys.ts'
import { type Setting, settingKey } from './settings.ts'
import type { Tables } from './tables.ts'

/** The layout of the files; a store of another version is refused. */
const FORMAT = '2'
/** The layout before there was a journal, otherwise the same. */
const WITHOUT_JOURNAL = '1'
const FORMAT_KEY = Buffer.from('format')
const NEXT_KEY = Buffer.from('next')

/** Gives new tables, and those of the layout before, the layout of today. Throws `DamagedStore` for any other. */
export function ensureFormat(tables: Tables, dir: string): void {
  const format = tables.meta.getBinary(FORMAT_KEY)?.toString()
  if (format === undefined || format === WITHOUT_JOURNAL)
    tables.env.transactionSync(() => putFormat(tables))
  else if (format !== FORMAT) {
    throw new DamagedStore(`${dir} holds format ${format}; this version reads ${FORMAT}.`)
  }
}

function putFormat({ meta }: Tables): void {
  meta.putSync(FORMAT_KEY, Buffer.from(FORMAT))
}

/** Gives a stream its number. */
export function putStream({ streams }: Tables, name: string, number: number): void {
  const value = Buffer.alloc(4)
  value.writeUInt32BE(number, 0)
  streams.putSync(nameKey(name), value)
}

/** Writes a record, and where it is found in its stream. */
export function putRecord({ records, revisions }: Tables, record: Buffer): void {
  const position = positionOf(record)
  records.putSync(positionKey(position), record)
  const value = Buffer.allocUnsafe(6)
  value.writeUIntBE(position, 0, 6)
  revisions.putSync(revisionKey(streamNumberOf(record), revisionOf(record)), value)
}

/** Removes a record from the log and from its stream. */
export function removeRecord({ records, revisions }: Tables, record: Buffer): void {
  revisions.removeSync(revisionKey(streamNumberOf(record), revisionOf(record)))
  records.removeSync(positionKey(positionOf(record)))
}

/** Keeps a text under a name. */
export function putSetting({ meta }: Tables, { name, value }: Setting): void {
  meta.putSync(settingKey(name), Buffer.from(value))
}

/** Keeps where the log goes on, for when that does not follow from its last record. */
export function putNext({ meta }: Tables, position: number): void {
  meta.putSync(NEXT_KEY, Buffer.from(String(position)))
}

/** What `putNext` kept; 0 where it kept nothing. */
export const keptNext = ({ meta }: Tables): number =>
  Number(meta.getBinary(NEXT_KEY)?.toString() ?? 0)

/** Removes everything. */
export function clearTables(tables: Tables): void {
  const { records, revisions, streams, ids, meta } = tables
  for (const table of [records, revisions, streams, ids, meta]) table.clearSync()
  putFormat(tables)
}
