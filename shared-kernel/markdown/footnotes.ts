// `[^1]` and `[^1]: a note`, as GitHub has them. (markdown-it-footnote also knows `^[notes]` in place, mixes notes within
// notes up, and copies all blocks anew for each note.)
import type { Env, MarkdownIt, StateBlock, StateCore, StateInline, Token } from 'markdown-it'
import { LightToken } from './light-tokens.ts'

interface Note {
  /** Its blocks, where it was defined. */
  readonly blocks: Token[]
  /** Its number, by first reference; 0 before that. */
  number: number
  references: number
}

const longestLabel = 999
const opening = new RegExp(`\\[\\^([^\\s[\\]]{1,${longestLabel}})\\]`, 'y')

export function footnotes(md: MarkdownIt): void {
  md.block.ruler.before('reference', 'footnote', define, { alt: ['paragraph', 'reference'] })
  md.inline.ruler.before('link', 'footnote', refer)
  md.core.ruler.after('inline', 'footnotes', gather)
  Object.assign(md.renderer.rules, rules)
}

/** The labels that notes are defined under. */
function labelsOf(env: Env): Set<string> {
  const labels = (env.labels as Set<string> | undefined) ?? new Set<string>()
  env.labels = labels
  return labels
}

function labelAt(src: string, at: number): { readonly label: string; readonly end: number } | null {
  opening.lastIndex = at
  const found = opening.exec(src)
  // Lower case, so that `[^Note]` finds `[^note]:`.
  return found ? { label: (found[1] ?? '').toLowerCase(), end: opening.lastIndex } : null
}

function define(state: StateBlock, first: number, end: number, silent: boolean): boolean {
  const at = (state.bMarks[first] ?? 0) + (state.tShift[first] ?? 0)
  if (state.env.inNote || (state.sCount[first] ?? 0) - state.blkIndent >= 4) return false
  if (state.src[at] !== '[' || state.src[at + 1] !== '^') return false
  const named = labelAt(state.src, at)
  if (named === null || state.src[named.end] !== ':') return false
  if (silent) return true
  const text = named.end + 1
  labelsOf(state.env).add(named.label)
  const open = state.push('footnote_open', '', 1)
  open.meta = { label: named.label }
  inNote(state, first, text, () => state.md.block.tokenize(state, first, end))
  state.push('footnote_close', '', -1)
  return true
}

/** Runs `work` with the line beginning at `text`, and lines after it indented by four belonging to the note. */
function inNote(state: StateBlock, first: number, text: number, work: () => void): void {
  const { blkIndent, parentType } = state
  const kept = [state.bMarks[first], state.tShift[first], state.sCount[first]] as const
  const max = state.eMarks[first] ?? text
  let at = text
  while (at < max && (state.src[at] === ' ' || state.src[at] === '\t')) at++
  state.bMarks[first] = text
  state.tShift[first] = at - text
  state.blkIndent += 4
  state.sCount[first] = state.blkIndent
  state.parentType = 'footnote'
  state.env.inNote = true
  work()
  state.env.inNote = false
  state.parentType = parentType
  state.blkIndent = blkIndent
  ;[state.bMarks[first], state.tShift[first], state.sCount[first]] = kept as [
    number,
    number,
    number,
  ]
}

function refer(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state
  if (src[pos] !== '[' || src[pos + 1] !== '^' || state.env.labels === undefined) return false
  const named = labelAt(src, pos)
  if (named === null || named.end > posMax || !labelsOf(state.env).has(named.label)) return false
  if (!silent) state.push('footnote_ref', '', 0).meta = { label: named.label }
  state.pos = named.end
  return true
}

/** Takes the notes out of the text, and puts those that it refers to behind it. */
function gather(state: StateCore): void {
  if (state.env.labels === undefined) return
  const notes = new Map<string, Note>()
  const text: Token[] = []
  let note: Token[] | undefined
  for (const token of state.tokens) {
    if (token.type === 'footnote_open') {
      note = []
      const label = String(token.meta?.label)
      // The first of a label counts, as with links.
      if (!notes.has(label)) notes.set(label, { blocks: note, number: 0, references: 0 })
    } else if (token.type === 'footnote_close') note = undefined
    else (note ?? text).push(token)
  }
  const listed = numbered(text, notes)
  state.tokens = listed.length === 0 ? text : text.concat(sectionOf(listed))
}

/** The notes that the text refers to, or that such a note does, in the order of their first reference. */
function numbered(text: readonly Token[], notes: ReadonlyMap<string, Note>): readonly Note[] {
  const listed: Note[] = []
  const read = (blocks: readonly Token[]) => {
    for (const token of blocks.flatMap(({ children }) => children ?? [])) {
      const note = token.type === 'footnote_ref' ? notes.get(String(token.meta?.label)) : undefined
      if (note === undefined) continue
      if (note.number === 0) note.number = listed.push(note)
      note.references++
      token.meta = { number: note.number, nth: note.references }
    }
  }
  read(text)
  // The list grows while it is gone through.
  for (const note of listed) read(note.blocks)
  return listed
}

function sectionOf(notes: readonly Note[]): readonly Token[] {
  const block = (type: string, tag: string, nesting: 1 | -1) => {
    const token = new LightToken(type, tag, nesting)
    token.block = true
    return token
  }
  const inline = (children: Token[]) => {
    const token = new LightToken('inline', '', 0)
    token.children = children
    return token
  }
  const title = new LightToken('text', '', 0)
  title.content = 'Footnotes'
  const heading = block('heading_open', 'h2', 1)
  heading.attrs = [
    ['id', 'footnote-label'],
    ['class', 'sr-only'],
  ]
  const item = ({ blocks, number, references }: Note) => {
    const open = block('list_item_open', 'li', 1)
    open.attrs = [['id', `user-content-fn-${number}`]]
    const back = new LightToken('footnote_back', '', 0)
    back.meta = { number, references }
    const last = blocks.at(-1)?.type === 'paragraph_close' ? blocks.at(-2) : undefined
    last?.children?.push(back)
    return [open, ...blocks, ...(last ? [] : [inline([back])]), block('list_item_close', 'li', -1)]
  }
  return [
    block('footnotes_open', 'section', 1),
    heading,
    inline([title]),
    block('heading_close', 'h2', -1),
    block('ordered_list_open', 'ol', 1),
    ...notes.flatMap(item),
    block('ordered_list_close', 'ol', -1),
    block('footnotes_close', 'section', -1),
  ]
}

/** The id of the `nth` reference to a note. */
const idOf = (number: unknown, nth: number) =>
  `user-content-fnref-${number}${nth > 1 ? `-${nth}` : ''}`

const rules: MarkdownIt['renderer']['rules'] = {
  footnote_ref: (tokens, index) => {
    const { number, nth } = tokens[index]?.meta ?? {}
    return `<sup><a href="#user-content-fn-${number}" id="${idOf(number, Number(nth))}" data-footnote-ref="" aria-describedby="footnote-label">${number}</a></sup>`
  },
  footnote_back: (tokens, index) => {
    const { number, references } = tokens[index]?.meta ?? {}
    return Array.from({ length: Number(references) }, (_, before) => {
      const nth = before + 1
      const [label, mark] = nth > 1 ? [`${number}-${nth}`, `<sup>${nth}</sup>`] : [number, '']
      return ` <a href="#${idOf(number, nth)}" data-footnote-backref="" aria-label="Back to reference ${label}" class="data-footnote-backref">↩${mark}</a>`
    }).join('')
  },
  footnotes_open: () => '<section data-footnotes="" class="footnotes">',
}
