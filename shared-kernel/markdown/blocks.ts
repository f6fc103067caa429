// How blocks of a post are shown: headings in order below the page's, each block in the direction of its own words.
import type { MarkdownIt, StateCore, Token } from 'markdown-it'

export function shapeBlocks(md: MarkdownIt): void {
  md.core.ruler.push('blocks', shape)
  Object.assign(md.renderer.rules, rules)
}

function shape({ tokens }: StateCore): void {
  const outline = new Outline()
  let tables = 0
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as Token
    switch (token.type) {
      case 'heading_open':
        token.tag = outline.below(token.tag)
        direct(token, 'auto')
        break
      case 'heading_close':
        token.tag = outline.current()
        break
      case 'paragraph_open':
        direct(token, 'auto')
        break
      case 'th_open':
      case 'td_open':
        token.attrs = cellAttributes(token)
        break
      // A browser that looks for the direction of a block leaves out blocks within that have one of their own.
      case 'blockquote_open':
      case 'list_item_open':
        direct(token, isRightToLeft(tokens, index) ? 'rtl' : 'auto')
        break
      case 'table_open':
        token.meta = { nth: ++tables }
        if (isRightToLeft(tokens, index)) direct(token, 'rtl')
        break
      case 'bullet_list_open':
      case 'ordered_list_open':
        if (isRightToLeft(tokens, index)) direct(token, 'rtl')
    }
  }
}

const autoAlone: Token['attrs'] = [['dir', 'auto']]

function direct(token: Token, direction: 'auto' | 'rtl'): void {
  // Thousands of tokens may share what nobody changes any more.
  if (token.attrs === null && direction === 'auto') token.attrs = autoAlone
  else token.attrSet('dir', direction)
}

/** The levels of a post's headings: never more than one below the one above, as readers step through them. */
class Outline {
  /** The levels that the author gave to the headings above and including the newest one. */
  readonly #levels: number[] = []

  below(tag: string): string {
    const level = Number(tag.slice(1))
    while ((this.#levels.at(-1) ?? 0) >= level) this.#levels.pop()
    this.#levels.push(level)
    return this.current()
  }

  current(): string {
    return `h${Math.min(6, this.#levels.length + 1)}`
  }
}

/** With `scope` and `align` in the place of the style that markdown-it gives, which our security policy forbids. */
function cellAttributes({ type, attrs }: Token): Token['attrs'] {
  const align = attrs === null ? undefined : /text-align:(\w+)/.exec(String(attrs[0]?.[1]))?.[1]
  return cells[type === 'th_open' ? 'head' : 'body'][(align ?? 'none') as Align]
}

type Align = 'none' | 'left' | 'center' | 'right'
const cellsWith = (...first: [string, string][]): Readonly<Record<Align, Token['attrs']>> => ({
  none: [...first, ['dir', 'auto']],
  left: [...first, ['align', 'left'], ['dir', 'auto']],
  center: [...first, ['align', 'center'], ['dir', 'auto']],
  right: [...first, ['align', 'right'], ['dir', 'auto']],
})
const cells = { head: cellsWith(['scope', 'col']), body: cellsWith() }

// Where the first words begin; quotes and lists within each other would look at the same ones again and again.
const mostTokensLookedAt = 8
const charactersLookedAt = 200
const firstStrong = /[\p{L}\p{Nl}]/u
const rightToLeft =
  /[\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}\p{sc=Thaa}\p{sc=Nkoo}\p{sc=Samr}\p{sc=Mand}\p{sc=Adlm}\p{sc=Rohg}]/u

/** Whether the first letter within the block that opens at `index` is of a script that is written from the right. */
function isRightToLeft(tokens: readonly Token[], index: number): boolean {
  for (let at = index + 1; at <= index + mostTokensLookedAt; at++) {
    const token = tokens[at]
    if (token?.type !== 'inline') continue
    const letter = firstStrong.exec(token.content.slice(0, charactersLookedAt))
    if (letter) return rightToLeft.test(letter[0])
  }
  return false
}

const preformatted = (code: string, attributes: string) =>
  // It scrolls by itself, which a keyboard can do only with what has the focus.
  `<pre tabindex="0" dir="ltr"><code${attributes}>${code}</code></pre>\n`

const rules: MarkdownIt['renderer']['rules'] = {
  table_open: (tokens, index, _options, _env, renderer) => {
    const token = tokens[index] as Token
    // Regions of one name confuse those who go from region to region.
    const nth = Number(token.meta?.nth)
    const name = nth > 1 ? `Table ${nth}` : 'Table'
    return `<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table${renderer.renderAttrs(token)}>\n`
  },
  table_close: () => '</table></div>\n',
}

/** The rules for code, which need the engine's own way of escaping. */
export function showCode({ renderer, utils }: MarkdownIt): void {
  const { escapeHtml, unescapeAll } = utils
  renderer.rules.code_block = (tokens, index) =>
    preformatted(escapeHtml(tokens[index]?.content ?? ''), '')
  renderer.rules.fence = (tokens, index) => {
    const { content = '', info = '' } = tokens[index] ?? {}
    const language = unescapeAll(info).trim().split(/\s/, 1)[0]
    return preformatted(
      escapeHtml(content),
      language ? ` class="language-${escapeHtml(language)}"` : '',
    )
  }
}
