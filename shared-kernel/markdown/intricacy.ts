// Tells Markdown that people write from Markdown made to keep a server busy, since micromark takes quadratic time over some.

// More than twice the longest post: the bounds below were measured up to here, and not beyond.
const mostCharacters = 100_000
// 10 million pairs take micromark about a third of a second; a dense real post (a list of 400 links) has a third.
const mostMarkPairs = 10_000_000
const mostContainersOnALine = 24
// Each list and quote that opens costs anew for every one around it.
const mostContainers = 4_000
// Lists also nest by indentation, at least two columns a level; code indented by more than this can't be read either.
const mostIndentation = 100
// GFM fills missing cells up, so a wide head over many short rows grows a thousandfold.
const mostTableCells = 20_000
// 50 microseconds each, in however many tables they stand: these take a fifth of a second.
const mostPipes = 4_000
// A row's cells take quadratic time: 2,000 columns took a second.
const mostColumns = 200
// So do the addresses that GFM finds in a text: 3,600 of them took a second and a half.
const mostAddresses = 1_000

// Ten characters a line, over the longest post; lists and headings of more lines take quadratic time too.
const mostLines = 4_000

const containerMarkers = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)))+/
const containerMarker = />|[-+*]|\d{1,9}[.)]/g

/** Whether rendering `source` could take more time, or make more of it, than any honest post would. One linear pass. */
export function isTooIntricate(source: string): boolean {
  if (source.length > mostCharacters) return true
  const lines = source.split(/\r\n|\r|\n/)
  if (lines.length > mostLines) return true
  // Inside raw HTML a fence is none; with any about, nothing counts as code.
  const code = lines.some(line => /^\s*</.test(line)) ? new Set<number>() : fencedLinesOf(lines)
  let block = emptyBlock
  let markPairs = 0
  let containers = 0
  let addresses = 0
  let pipes = 0
  let cells = 0
  for (const [index, line] of lines.entries()) {
    if (code.has(index)) continue
    const opened = containersOn(line)
    containers += opened
    if (opened > mostContainersOnALine || indentationOf(line) > mostIndentation) return true
    const grown = line.trim() === '' ? emptyBlock : grownBy(block, line)
    markPairs += Math.max(0, grown.marks ** 2 - block.marks ** 2)
    cells += Math.max(0, cellsOf(grown) - cellsOf(block))
    pipes += countOf(line, /\|/g)
    block = grown
    if (markPairs > mostMarkPairs || containers > mostContainers) return true
    if (block.widest > mostColumns || cells > mostTableCells || pipes > mostPipes) return true
    addresses += countOf(line, /https?:|www\.|@/gi)
    if (addresses > mostAddresses) return true
  }
  return false
}

/** What lies between blank lines, at most one paragraph or one table. */
interface Block {
  readonly marks: number
  readonly lines: number
  readonly widest: number
}

const emptyBlock: Block = { marks: 0, lines: 0, widest: 0 }

const grownBy = (block: Block, line: string): Block => ({
  marks: block.marks + countOf(line, /[[\]*_~`]/g),
  lines: block.lines + 1,
  widest: Math.max(block.widest, countOf(line, /\|/g)),
})

/** How many cells a table would have as wide as its widest line. */
const cellsOf = (block: Block): number => block.widest * block.lines

/** The numbers of the lines inside fenced code that stands in no list or quote. */
function fencedLinesOf(lines: readonly string[]): Set<number> {
  const fenced = new Set<number>()
  let fence: string | undefined
  for (const [index, line] of lines.entries()) {
    if (fence === undefined) {
      fence = /^(?:`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[0]
      continue
    }
    const closing = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1]
    if (closing?.startsWith(fence)) fence = undefined
    else fenced.add(index)
  }
  return fenced
}

function containersOn(line: string): number {
  const markers = containerMarkers.exec(line)?.[0] ?? ''
  return countOf(markers, containerMarker)
}

function indentationOf(line: string): number {
  let columns = 0
  for (const character of line) {
    if (character === '\t') columns += 4 - (columns % 4)
    else if (character === ' ') columns++
    else return columns
  }
  return columns
}

const countOf = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0
