// `~~gone~~` and `~gone~`, as GitHub has them: markdown-it itself knows only two tildes.
import type { MarkdownIt, StateInline } from 'markdown-it'

const tilde = 0x7e
/** Tells markdown-it's matching of pairs that one tilde and two never close each other. */
const marks = { one: tilde, two: 0x1_00_7e }

export function strikeThrough(md: MarkdownIt): void {
  md.inline.ruler.at('strikethrough', mark)
  md.inline.ruler2.at('strikethrough', strike)
}

function mark(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state
  if (silent || src.charCodeAt(pos) !== tilde) return false
  const { can_open, can_close, length } = state.scanDelims(pos, true)
  const text = state.push('text', '', 0)
  text.content = src.slice(pos, pos + length)
  state.pos += length
  if (length > 2) return true
  const token = state.tokens.length - 1
  const marker = length === 1 ? marks.one : marks.two
  state.delimiters.push({ marker, length: 0, token, end: -1, open: can_open, close: can_close })
  return true
}

function strike(state: StateInline): void {
  for (const delimiters of [state.delimiters, ...state.tokens_meta.map(meta => meta?.delimiters)])
    for (const { marker, end, token } of delimiters ?? []) {
      if (end === -1 || (marker !== marks.one && marker !== marks.two)) continue
      const closing = delimiters?.[end]
      if (closing === undefined) continue
      turn(state, token, 'del_open', 1)
      turn(state, closing.token, 'del_close', -1)
    }
}

function turn(state: StateInline, index: number, type: string, nesting: 1 | -1): void {
  const token = state.tokens[index]
  if (token === undefined) throw new Error(`There is no token ${index} to strike through`)
  Object.assign(token, { type, tag: 'del', nesting, content: '' })
}
