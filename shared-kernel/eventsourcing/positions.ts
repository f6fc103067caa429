// Log positions: where in the one log of all events something stands, as programs and people pass it around.

/** The commit position of an event in `$all`: strictly rising over the whole log, an unsigned 64-bit number. */
export type Position = bigint

/** Before the first event of the log. */
export const logStart: Position = 0n

const largest = 2n ** 64n - 1n

/** Reads a position from decimal text; undefined when it is none. */
export function parsePosition(text: string): Position | undefined {
  if (!/^\d{1,20}$/.test(text)) return undefined
  const position = BigInt(text)
  return position <= largest ? position : undefined
}

/** The later of two positions. */
export const laterOf = (a: Position, b: Position): Position => (a > b ? a : b)
