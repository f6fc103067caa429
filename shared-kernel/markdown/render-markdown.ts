// Markdown, as people write it in posts, to HTML that is safe to show, with what lists and searches need to know of it.
import MarkdownIt, { type Env } from 'markdown-it'
import { careForLinks } from './addresses.ts'
import { findAddresses } from './autolinks.ts'
import { shapeBlocks, showCode } from './blocks.ts'
import { type CoinHref, coinsIn, linkCashtags } from './cashtags.ts'
import { footnotes } from './footnotes.ts'
import { lighten } from './light-tokens.ts'
import { boundNesting, maxNesting } from './nesting.ts'
import { saidIn } from './prose.ts'
import { countSteps, htmlFor, stepsFor, TooIntricate } from './step-budget.ts'
import { strikeThrough } from './strikethrough.ts'
import { markTasks } from './tasks.ts'
import { countWords, shortened } from './text.ts'

export interface MarkdownOptions {
  /** Where a cashtag's coin is shown, by its symbol in capitals; undefined leaves the text as it is. */
  readonly coinHref?: CoinHref
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

/** The page of the coin with this symbol: some coin's id may be another's symbol, so the `$` is part of the address. */
const coinPage = (symbol: string): string => `/market/$${symbol.toLowerCase()}`

const engine = new MarkdownIt({ html: false, xhtmlOut: true, maxNesting })
  .disable(['replacements', 'smartquotes'])
  .use(lighten)
  .use(footnotes)
  .use(strikeThrough)
  .use(markTasks)
  .use(findAddresses)
  .use(careForLinks)
  .use(linkCashtags)
  .use(shapeBlocks)
  .use(showCode)
  .use(boundNesting)
  .use(countSteps)

/**
 * Renders CommonMark with GitHub's extensions and cashtags (`$BTC`). Takes time by the length of the text; undefined for
 * what would take more, or make more HTML of it, than any honest text does.
 */
export function tryRenderMarkdown(
  source: string,
  options: MarkdownOptions = {},
): RenderedMarkdown | undefined {
  const { coinHref = coinPage } = options
  const env: Env = { coinHref, stepsLeft: stepsFor(source.length) }
  try {
    return renderedFrom(source, env)
  } catch (error) {
    if (error instanceof TooIntricate) return undefined
    throw error
  }
}

/** As `tryRenderMarkdown`; what is too intricate comes out as the plain text it is. */
export function renderMarkdown(source: string, options: MarkdownOptions = {}): RenderedMarkdown {
  const rendered = tryRenderMarkdown(source, options)
  if (rendered !== undefined) return rendered
  return {
    html: `<pre tabindex="0" dir="auto">${engine.utils.escapeHtml(source)}</pre>`,
    coins: [],
    summary: shortened(source, summaryCharacters),
    words: countWords(source),
  }
}

function renderedFrom(source: string, env: Env): RenderedMarkdown {
  const tokens = engine.parse(source, env)
  const html = engine.renderer.render(
    tokens,
    engine.options as Required<typeof engine.options>,
    env,
  )
  if (html.length > htmlFor(source.length)) throw new TooIntricate()
  const { prose, text } = saidIn(tokens)
  return {
    html: html.trimEnd(),
    coins: coinsIn(env),
    summary: shortened(prose, summaryCharacters),
    words: countWords(text),
  }
}

/** The beginning of what `source` says, as plain text of at most `mostCharacters`. */
export function summaryOf(source: string, mostCharacters = summaryCharacters): string {
  const env: Env = { coinHref: () => undefined, stepsLeft: stepsFor(source.length) }
  try {
    return shortened(saidIn(engine.parse(source, env)).prose, mostCharacters)
  } catch (error) {
    if (error instanceof TooIntricate) return shortened(source, mostCharacters)
    throw error
  }
}
