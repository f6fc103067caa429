// The HTML of everyday Markdown in one pass, many times quicker than by parsing: to the letter what micromark makes of it.
//
// Paragraphs, headings, flat lists, rules and fenced code, with emphasis, code and links to plain addresses. Whatever
// looks like anything else is left to the parser. Takes linear time, and makes nothing that is not written in this file.
import { everydayInlineOf } from './everyday-inline.ts'
import { encoded } from './rewrite-html.ts'

/** What micromark would make of `source`, or undefined when it takes a parser to tell. */
export function everydayHtmlOf(source: string): string | undefined {
  if (replacedOrExpanded.test(source)) return undefined
  const blocks = new Blocks()
  for (const line of source.split('\n')) if (!blocks.take(line)) return undefined
  return blocks.result(source.endsWith('\n'))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: micromark makes something else of some, so all are left to it.
const replacedOrExpanded = /[\0-\x09\x0b-\x1f\x7f-\x9f\ufeff]/
// Indentation, hard breaks, tables, escapes, strikethrough, mail addresses, images, HTML, entities.
const elsewhere = /^ | $|[|\\~@]|!\[|<(?![ \d=])|&(?! )/
const heading = /^(#{1,6}) ([^ ].*)$/
const fence = /^```([A-Za-z0-9+#-]*)$/
const item = /^(?:([-*+])|(\d{1,9})([.)])) (.+)$/
const rules = new Set(['---', '***', '___'])
// What could begin a quote, list, heading, definition, underline or delimiter row, or be trimmed, does not.
const ordinary =
  /^(?:[\p{L}\p{Extended_Pictographic}$("'“‘«…—–%/.,?]|\d(?!\d{0,8}[.)](?: |$))|\*\*?[^\s*]|__?[^\s_]|`[^`]|\[)/u

interface List {
  readonly marker: string
  readonly tag: 'ul' | 'ol'
  readonly items: string[]
}

class Blocks {
  readonly #html: string[] = []
  #paragraph: string[] = []
  #list: List | undefined
  #code: { readonly language: string; readonly lines: string[] } | undefined
  /** A list begun after another one, with nothing but blank lines between, may belong to it. */
  #afterList = false

  /** Whether `line` is one that needs no parser where it stands. */
  take(line: string): boolean {
    if (this.#code) return this.#takeCode(this.#code, line)
    if (line === '') return this.#close()
    if (elsewhere.test(line)) return false
    const [, marks = '', title = ''] = heading.exec(line) ?? []
    if (marks !== '') return !title.endsWith('#') && this.#add(`h${marks.length}`, title)
    const opened = fence.exec(line)
    if (opened) {
      this.#code = { language: opened[1] ?? '', lines: [] }
      return this.#close()
    }
    const [, bullet, number, delimiter, text = ''] = item.exec(line) ?? []
    if (bullet !== undefined || delimiter !== undefined)
      return this.#takeItem(bullet ?? delimiter ?? '', number, text)
    if (rules.has(line)) return this.#takeRule()
    // Below an item it would go on with the item.
    if (this.#list || !ordinary.test(line)) return false
    this.#paragraph.push(line)
    this.#afterList = false
    return true
  }

  #takeCode(code: { readonly language: string; readonly lines: string[] }, line: string): boolean {
    if (line !== '```') {
      code.lines.push(line)
      return !/^ *```/.test(line)
    }
    const named = code.language === '' ? '' : ` class="language-${code.language}"`
    const text = code.lines.map(each => `${encoded(each)}\n`).join('')
    this.#push(`<pre><code${named}>${text}</code></pre>`)
    this.#code = undefined
    return true
  }

  #takeItem(marker: string, number: string | undefined, text: string): boolean {
    if (!ordinary.test(text)) return false
    const html = everydayInlineOf(text)
    if (html === undefined) return false
    if (this.#list) {
      this.#list.items.push(html)
      return this.#list.marker === marker
    }
    // Any other number gives the list a start, and can't interrupt a paragraph.
    if (this.#afterList || (number ?? '1') !== '1' || !this.#close()) return false
    this.#list = { marker, tag: number === undefined ? 'ul' : 'ol', items: [html] }
    return true
  }

  #takeRule(): boolean {
    // It would underline a paragraph.
    if (this.#paragraph.length > 0 || !this.#close()) return false
    this.#push('<hr />')
    return true
  }

  /** Ends the open paragraph or list; false when the paragraph needs a parser. */
  #close(): boolean {
    if (this.#list) {
      const { tag, items } = this.#list
      this.#list = undefined
      this.#push(`<${tag}>\n${items.map(each => `<li>${each}</li>\n`).join('')}</${tag}>`)
      this.#afterList = true
    }
    if (this.#paragraph.length === 0) return true
    const text = this.#paragraph.join('\n')
    this.#paragraph = []
    return this.#add('p', text)
  }

  #add(tag: string, text: string): boolean {
    if (!this.#close()) return false
    const html = everydayInlineOf(text)
    if (html === undefined) return false
    this.#push(`<${tag}>${html}</${tag}>`)
    return true
  }

  #push(html: string): void {
    this.#html.push(html)
    this.#afterList = false
  }

  /** The end of the last line is kept, as micromark does. */
  result(endsItsLine: boolean): string | undefined {
    if (this.#code || !this.#close()) return undefined
    const html = this.#html.join('\n')
    return endsItsLine && html !== '' ? `${html}\n` : html
  }
}
