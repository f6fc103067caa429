// `$BTC` in a text: a link to the coin.
import type { Env, MarkdownIt, StateCore, Token } from 'markdown-it'
import { LightToken } from './light-tokens.ts'

export type CoinHref = (symbol: string) => string | undefined

/** A post about more coins than this is about none, and each is a chip in a list. */
const mostCoins = 50

// Letters of a word, but for those of scripts that put no space between words, or put endings right behind names.
const scripts = ['Han', 'Hira', 'Kana', 'Bopo', 'Hang', 'Thai', 'Laoo', 'Khmr', 'Mymr', 'Tibt']
const spaceless = scripts.map(script => `\\p{scx=${script}}`).join('')
const wordPart = `(?![${spaceless}])[\\p{L}\\p{N}_$]`
const cashtag = new RegExp(
  `\\$(?<!${wordPart}\\p{M}*\\$)([A-Za-z][A-Za-z0-9]{0,9})(?!${wordPart}|\\p{M})`,
  'gu',
)

/** Has the coins that a text names, in capitals, in the order first seen, in `env.coins`. */
export function linkCashtags(md: MarkdownIt): void {
  md.core.ruler.before('text_join', 'cashtags', state => {
    state.env.coins = new Set<string>()
    // An entity may say `$` as well.
    for (const token of state.tokens)
      if (token.type === 'inline' && /[$&]/.test(token.content))
        token.children = withCashtags(state, token.children ?? [])
  })
}

export const coinsIn = (env: Env): readonly string[] => [...((env.coins as Set<string>) ?? [])]

function withCashtags(state: StateCore, tokens: readonly Token[]): Token[] {
  const result: Token[] = []
  let links = 0
  for (const token of joined(tokens)) {
    if (token.type === 'link_open') links++
    if (token.type === 'link_close') links--
    if (links > 0 || token.type !== 'text') result.push(token)
    else result.push(...split(state, token))
  }
  return result
}

/** Texts that stand beside each other as one, but for a `\$`, which begins no cashtag. */
function joined(tokens: readonly Token[]): readonly Token[] {
  const result: Token[] = []
  for (const token of tokens) {
    const { type, info, content } = token
    if (type === 'text_special' && !(info === 'escape' && content === '$')) token.type = 'text'
    const before = result.at(-1)
    if (token.type === 'text' && before?.type === 'text') before.content += content
    else result.push(token)
  }
  return result
}

function split({ env }: StateCore, token: Token): readonly Token[] {
  const { content } = token
  const coins = env.coins as Set<string>
  const parts: Token[] = []
  const push = (type: string, tag: string, nesting: -1 | 0 | 1) => {
    const part = new LightToken(type, tag, nesting)
    parts.push(part)
    return part
  }
  let done = 0
  for (const { 0: whole, 1: name = '', index } of content.matchAll(cashtag)) {
    const symbol = name.toUpperCase()
    const href = (env.coinHref as CoinHref)(symbol)
    if (href === undefined) continue
    if (coins.size < mostCoins) coins.add(symbol)
    if (index > done) push('text', '', 0).content = content.slice(done, index)
    push('link_open', 'a', 1).attrs = [
      ['class', 'cash'],
      ['href', href],
    ]
    push('text', '', 0).content = whole
    push('link_close', 'a', -1)
    done = index + whole.length
  }
  if (parts.length === 0) return [token]
  if (done < content.length) push('text', '', 0).content = content.slice(done)
  return parts
}
