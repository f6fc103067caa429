// Tells a full disk, wherever it is told of: by the system, by PostgreSQL, by the event store.

/** A quota and a file's greatest size are to whoever writes what a full disk is. */
const codes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', '53100'])
/** As the embedded event store says it, and as clients pass on what the system said. */
const words = /there is no room left in [^\n]{1,300}|no space left on device|disk full/i
const mostCauses = 8

/** What an error or one of its causes says of a disk without room; undefined when none does. */
export function noSpaceIn(error: unknown): string | undefined {
  let next: unknown = error
  for (let depth = 0; depth < mostCauses && next instanceof Error; depth++) {
    const { message, cause } = next
    const said = words.exec(message)?.[0]
    if (said !== undefined) return said
    if (codes.has(String((next as { readonly code?: unknown }).code))) return message
    next = cause
  }
  return undefined
}
