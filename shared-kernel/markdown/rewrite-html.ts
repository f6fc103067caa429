// Makes micromark's HTML ours: headings in order below the page's, links that pass no credit on, no images, cashtags.
//
// It reads the HTML by a pattern, which is exact here: micromark encodes every `<`, `>`, `"` and `&` of the source, so
// that each `<…>` is a tag it made and holds no other `>`.

export interface Rewritten {
  readonly html: string
  readonly coins: readonly string[]
  /** The text of paragraphs and lists, without code, tables and footnotes: what a summary is made from. */
  readonly prose: string
  /** All the text. */
  readonly text: string
}

type CoinHref = (symbol: string) => string | undefined

/** A post about more coins than this is about none, and each is a chip in a list. */
const mostCoins = 50

const token = /<(\/?)([a-z0-9]+)([^>]*)>|[^<]+/g
const cashtag = /(?<![\p{L}\p{N}_$&/])\$([A-Za-z][A-Za-z0-9]{0,9})(?![\p{L}\p{N}_$])/gu
const blocks = new Set(
  'blockquote br dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre section table td th tr ul'.split(
    ' ',
  ),
)
const aside = new Set(['pre', 'table', 'section', 'sup', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'])
const outside = 'rel="nofollow ugc noopener"'

export function rewriteHtml(source: string, coinHref: CoinHref): Rewritten {
  const rewriting = new Rewriting(coinHref)
  for (const [whole, slash, name, attributes] of source.matchAll(token)) {
    if (name === undefined) rewriting.text(whole)
    else if (slash === '/') rewriting.end(name)
    else rewriting.start(name, attributes ?? '')
  }
  return rewriting.result()
}

class Rewriting {
  readonly #coinHref: CoinHref
  readonly #html: string[] = []
  readonly #text: string[] = []
  readonly #prose: string[] = []
  readonly #coins = new Set<string>()
  /** What each open `<a>` came to: dropped ones have no end tag either. */
  readonly #links: boolean[] = []
  /** The levels that the author gave to the headings above and including the newest one. */
  readonly #outline: number[] = []
  #code = 0
  #aside = 0
  #tables = 0

  constructor(coinHref: CoinHref) {
    this.#coinHref = coinHref
  }

  start(name: string, attributes: string): void {
    if (blocks.has(name)) this.#say(' ')
    if (aside.has(name)) this.#aside++
    if (name === 'code' || name === 'pre') this.#code++
    if (name === 'a') this.#startLink(attributes)
    else if (name === 'img') this.#image(attributes)
    else this.#html.push(this.#startTag(name, attributes))
  }

  #startTag(name: string, attributes: string): string {
    switch (name) {
      case 'table':
        this.#tables++
        // Regions of one name confuse those who go from region to region.
        return `<div class="scroll" tabindex="0" role="region" aria-label="Table${this.#tables > 1 ? ` ${this.#tables}` : ''}"><table>`
      case 'th':
        return `<th scope="col"${attributes}>`
      case 'pre':
        // It scrolls by itself, which a keyboard can do only with what has the focus.
        return '<pre tabindex="0">'
      case 'input': {
        const done = attributes.includes('checked')
        return `<span class="task" role="img" aria-label="${done ? 'Done' : 'Not done'}">${done ? '☑' : '☐'}</span>`
      }
      default:
        return `<${headingLevel.test(name) ? this.#heading(name) : name}${attributes}>`
    }
  }

  /** Below the page's own `h1`, and never more than one level below the heading above: readers step through them. */
  #heading(name: string): string {
    const level = Number(name.slice(1))
    while ((this.#outline.at(-1) ?? 0) >= level) this.#outline.pop()
    this.#outline.push(level)
    return this.#openHeading()
  }

  #openHeading(): string {
    return `h${Math.min(6, this.#outline.length + 1)}`
  }

  #startLink(attributes: string): void {
    const href = attributeOf(attributes, 'href')
    // micromark leaves nothing of an address whose protocol could do harm.
    this.#links.push(href !== '')
    if (href === '') return
    this.#html.push(isWithinSite(href) ? `<a${attributes}>` : `<a${attributes} ${outside}>`)
  }

  /** A picture would tell a stranger's server who reads what: it becomes a link, or its text where it stands in one. */
  #image(attributes: string): void {
    const address = attributeOf(attributes, 'src')
    const label = attributeOf(attributes, 'alt') || address
    this.#say(decoded(label))
    const linked = address === '' || this.#links.includes(true)
    this.#html.push(linked ? label : `<a href="${address}" ${outside}>${label}</a>`)
  }

  end(name: string): void {
    if (aside.has(name)) this.#aside--
    if (name === 'code' || name === 'pre') this.#code--
    if (blocks.has(name)) this.#say(' ')
    if (name === 'a' && !this.#links.pop()) return
    const tag = headingLevel.test(name) ? this.#openHeading() : name
    this.#html.push(`</${tag}>${name === 'table' ? '</div>' : ''}`)
  }

  text(encodedText: string): void {
    this.#say(decoded(encodedText))
    const plain = this.#code > 0 || this.#links.includes(true)
    this.#html.push(plain ? encodedText : encodedText.replace(cashtag, this.#cashtag))
  }

  readonly #cashtag = (whole: string, name: string): string => {
    const symbol = name.toUpperCase()
    const href = this.#coinHref(symbol)
    if (href === undefined) return whole
    if (this.#coins.size < mostCoins) this.#coins.add(symbol)
    return `<a class="cash" href="${encoded(href)}">${whole}</a>`
  }

  #say(text: string): void {
    this.#text.push(text)
    if (this.#aside === 0) this.#prose.push(text)
  }

  result(): Rewritten {
    return {
      html: this.#html.join(''),
      coins: [...this.#coins],
      prose: this.#prose.join(''),
      text: this.#text.join(''),
    }
  }
}

const headingLevel = /^h[1-6]$/

/** Encoded, as it stands. */
function attributeOf(attributes: string, name: string): string {
  return new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? ''
}

const isWithinSite = (href: string): boolean => /^(?:#|\/(?!\/)|\?)/.test(href)

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#36;': '$',
}
const characters: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

/** Text out of HTML that micromark or this file made. */
export const decoded = (html: string): string =>
  html.replace(/&(?:amp|lt|gt|quot|#36);/g, entity => entities[entity] ?? entity)

/** Text for HTML, also inside an attribute's double quotes. */
export const encoded = (text: string): string =>
  text.replace(/[&<>"]/g, character => characters[character] ?? character)
