// Markdown, as people write it in posts, to HTML that is safe to show, with what lists and searches need to know of it.
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { isTooIntricate } from './intricacy.ts'
import { encoded, rewriteHtml } from './rewrite-html.ts'
import { countWords, shortened } from './text.ts'

export interface MarkdownOptions {
  /** Where a cashtag's coin is shown, by its symbol in capitals; undefined leaves the text as it is. */
  readonly coinHref?: (symbol: string) => string | undefined
}

export interface RenderedMarkdown {
  /** Holds no script, style, image or other thing that a browser would fetch or run. */
  readonly html: string
  /** The symbols of the cashtags, in capitals, in the order first seen. */
  readonly coins: readonly string[]
  /** The first sentences as plain text, at most 200 characters. */
  readonly summary: string
  readonly words: number
}

const summaryCharacters = 200
// A post of 40,000 characters comes to some 60 kB, with tables to 150; beyond this it was made to be big.
const mostHtmlCharacters = 400_000

type Options = NonNullable<Parameters<typeof micromark>[1]>
type HtmlExtension = NonNullable<Options['htmlExtensions']>[number]

const syntax = gfm()

// An escaped `\$BTC` is no cashtag: no other way of writing `$` leads to this entity.
const escapedDollars: HtmlExtension = {
  exit: {
    characterEscapeValue(token) {
      const value = this.sliceSerialize(token)
      this.raw(value === '$' ? '&#36;' : this.encode(value))
    },
  },
}

/**
 * Renders CommonMark with GitHub's extensions and cashtags (`$BTC`). Takes bounded time: what is too intricate to be
 * honest comes out as the plain text it is.
 */
export function renderMarkdown(source: string, options: MarkdownOptions = {}): RenderedMarkdown {
  const { coinHref = symbol => `/market/${symbol.toLowerCase()}` } = options
  const { html, coins, prose, text } = rewriteHtml(safeHtmlOf(source), coinHref)
  return { html, coins, summary: shortened(prose, summaryCharacters), words: countWords(text) }
}

/** The beginning of what `source` says, as plain text of at most `mostCharacters`. */
export function summaryOf(source: string, mostCharacters = summaryCharacters): string {
  const { prose } = rewriteHtml(safeHtmlOf(source), () => undefined)
  return shortened(prose, mostCharacters)
}

function safeHtmlOf(source: string): string {
  if (isTooIntricate(source)) return plainHtmlOf(source)
  const html = micromark(source, {
    extensions: [syntax],
    htmlExtensions: [gfmHtml(), escapedDollars],
  })
  return html.length > mostHtmlCharacters ? plainHtmlOf(source) : html
}

const plainHtmlOf = (source: string): string => `<pre>${encoded(source)}</pre>`
