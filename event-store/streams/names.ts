// Names that mean something to the server.

const META_PREFIX = '$$'

/** Everything, where a right to it is meant; a stream of that name has nothing to do with it. */
export const ALL = '$all'

/** The stream that holds a stream's metadata. */
export const metastreamOf = (stream: string): string => META_PREFIX + stream
export const isMetastream = (stream: string): boolean => stream.startsWith(META_PREFIX)
/** The stream whose metadata a metastream holds. */
export const streamOfMetastream = (metastream: string): string =>
  metastream.slice(META_PREFIX.length)

const HIDDEN = /^\$epoch-information$|^\$persistentsubscription-\$all::.*-(checkpoint|parked)$/s
const DOLLAR = 0x24

/** Whether events of a stream, its name given as bytes, are left out of `$all`. */
export const isHiddenFromAll = (name: Buffer): boolean =>
  name[0] === DOLLAR && (name[1] === 0x65 || name[1] === 0x70) && HIDDEN.test(name.toString())

export const METADATA_TYPE = Buffer.from('$metadata')
export const TOMBSTONE_TYPE = Buffer.from('$streamDeleted')
