// Tells that the event log itself can't be read any more at some place, which no retry mends.

/** As the embedded event store says it of a record or a file whose bytes are not those that were written. */
const words =
  /the (?:record|entry) at position \d+ is damaged|[^\n]{1,200} is damaged behind its records/i
const mostCauses = 8

/** What an error or one of its causes says of a damaged log; undefined when none does. */
export function damageIn(error: unknown): string | undefined {
  let next: unknown = error
  for (let depth = 0; depth < mostCauses && next instanceof Error; depth++) {
    const said = words.exec(next.message)?.[0]
    if (said !== undefined) return said
    next = next.cause
  }
  return undefined
}
