// Memory that pages of the log are read into, used again and again.

/** How much of a file is read in one go. */
export const PAGE_BYTES = 256 * 1024

const free: Buffer[] = []
const MOST_FREE = 4

/** A page of memory: of two that are in use at once, each is another one. */
export const borrow = (): Buffer => free.pop() ?? Buffer.allocUnsafeSlow(PAGE_BYTES)

/** Ends its use. */
export function giveBack(page: Buffer): void {
  if (free.length < MOST_FREE) free.push(page)
}
