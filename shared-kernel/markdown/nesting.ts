// Bounds how deep quotes and lists nest: what is deeper stays as the text it is, where markdown-it would drop it.
import type { MarkdownIt, StateBlock } from 'markdown-it'

// A quote is a level, a list two. Mail that was quoted back and forth comes to some thirty.
const deepest = 90
/** Levels that are never reached, but by links in links. */
export const maxNesting = 100

export function boundNesting(md: MarkdownIt): void {
  md.block.ruler.before('table', 'deepest', plainBelow)
}

/** Takes the lines up to the next empty one as a paragraph, whatever they begin with. */
function plainBelow(state: StateBlock, first: number, end: number, silent: boolean): boolean {
  if (silent || state.level < deepest) return false
  let line = first + 1
  while (line < end && !state.isEmpty(line) && (state.sCount[line] ?? 0) >= state.blkIndent) line++
  state.line = line
  state.push('paragraph_open', 'p', 1).map = [first, line]
  const text = state.push('inline', '', 0)
  text.content = state.getLines(first, line, state.blkIndent, false).trim()
  text.map = [first, line]
  text.children = []
  state.push('paragraph_close', 'p', -1)
  return true
}
