// Tokens and states that cost little to make: markdown-it's are compiled to define each field by a helper, which takes
// five times as long (60,000 tokens 40 ms, these 8) and was half of the time of a text of many small blocks.
import MarkdownItEngine, {
  type Delimiter,
  type MarkdownIt,
  type StateBlock,
  type StateInline,
  type Token,
} from 'markdown-it'

type Nesting = Token['nesting']

/** A token with the fields and methods of markdown-it's own. */
class FieldsOfToken {
  type: string
  tag: string
  nesting: Nesting
  attrs: Token['attrs'] = null
  map: Token['map'] = null
  level = 0
  children: Token[] | null = null
  content = ''
  markup = ''
  info = ''
  meta: Token['meta'] = null
  block = false
  hidden = false

  constructor(type: string, tag: string, nesting: Nesting) {
    this.type = type
    this.tag = tag
    this.nesting = nesting
  }
}
Object.setPrototypeOf(FieldsOfToken.prototype, MarkdownItEngine.Token.prototype)

export const LightToken = FieldsOfToken as unknown as typeof Token

/** The state of an inline text, with the fields and methods of markdown-it's own, and its rules for what is pending. */
class FieldsOfState {
  src: string
  md: MarkdownIt
  env: StateInline['env']
  tokens: Token[]
  tokens_meta: StateInline['tokens_meta']
  pos = 0
  posMax: number
  level = 0
  pending = ''
  pendingLevel = 0
  cache: Record<number, number> = {}
  backticks: Record<number, number> = {}
  backticksScanned = false
  skipHtmlSpecial = false
  linkLevel = 0
  delimiters: Delimiter[] = []
  _prev_delimiters: Delimiter[][] = []
  Token = LightToken

  constructor(src: string, md: MarkdownIt, env: StateInline['env'], tokens: Token[]) {
    this.src = src
    this.md = md
    this.env = env
    this.tokens = tokens
    this.tokens_meta = new Array(tokens.length)
    this.posMax = src.length
  }

  pushPending(): Token {
    const token = new LightToken('text', '', 0)
    token.content = this.pending
    token.level = this.pendingLevel
    this.tokens.push(token)
    this.pending = ''
    return token
  }

  push(type: string, tag: string, nesting: Nesting): Token {
    if (this.pending) this.pushPending()
    const token = new LightToken(type, tag, nesting)
    if (nesting < 0) {
      this.level--
      this.delimiters = this._prev_delimiters.pop() ?? []
    }
    token.level = this.level
    let meta: { delimiters: Delimiter[] } | undefined
    if (nesting > 0) {
      this.level++
      this._prev_delimiters.push(this.delimiters)
      this.delimiters = []
      meta = { delimiters: this.delimiters }
    }
    this.pendingLevel = this.level
    this.tokens.push(token)
    this.tokens_meta.push(meta)
    return token
  }
}

/** Has the engine work with them. */
export function lighten(md: MarkdownIt): void {
  Object.setPrototypeOf(FieldsOfState.prototype, md.inline.State.prototype)
  md.inline.State = FieldsOfState as unknown as typeof StateInline
  const State: typeof StateBlock = md.block.State
  md.block.State = class extends State {
    override push(type: string, tag: string, nesting: Nesting): Token {
      const token = new LightToken(type, tag, nesting)
      token.block = true
      if (nesting < 0) this.level--
      token.level = this.level
      if (nesting > 0) this.level++
      this.tokens.push(token)
      return token
    }
  }
}
