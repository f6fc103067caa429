// What a post says, without how it looks: for its summary, and to count its words.
import type { Token } from 'markdown-it'

export interface Said {
  /** The text of paragraphs and lists, without headings, code, tables and footnotes: what a summary is made from. */
  readonly prose: string
  /** All the text. */
  readonly text: string
}

const asides = new Map([
  ['heading_open', 1],
  ['heading_close', -1],
  ['table_open', 1],
  ['table_close', -1],
  ['footnotes_open', 1],
  ['footnotes_close', -1],
])

export function saidIn(tokens: readonly Token[]): Said {
  const prose: string[] = []
  const text: string[] = []
  let within = 0
  const say = (words: string) => {
    text.push(words)
    if (within === 0) prose.push(words)
  }
  for (const { type, content, children } of tokens) {
    if (type !== 'inline') say(' ')
    within += asides.get(type) ?? 0
    if (type === 'code_block' || type === 'fence') text.push(content)
    for (const child of children ?? []) {
      if (child.type === 'softbreak' || child.type === 'hardbreak') say(' ')
      else if (child.type === 'text' || child.type === 'code_inline') say(child.content)
    }
  }
  return { prose: prose.join(''), text: text.join('') }
}
