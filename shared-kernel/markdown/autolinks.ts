// Addresses that stand in a text as they are: `https://…`, `www.…` and e-mail, as GitHub finds them.
//
// markdown-it's own finder takes quadratic time over some texts, and takes every name with a dot for an address.
import type { MarkdownIt, StateCore, StateInline, Token } from 'markdown-it'
import { linked } from './addresses.ts'
import { LightToken } from './light-tokens.ts'

// Chinese and Japanese put no space behind an address, but may put their punctuation.
const plain = /[^\s<[\]\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff3d\uff5b-\uff65]*/y
const hostName = /[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*/uy

export function findAddresses(md: MarkdownIt): void {
  md.inline.ruler.at('linkify', schemed)
  md.core.ruler.at('linkify', state => {
    for (const token of state.tokens)
      if (token.type === 'inline' && token.children && /www\.|@/i.test(token.content))
        token.children = unschemed(state, token.children)
  })
}

const matchAt = (pattern: RegExp, text: string, at: number): string => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

/** The address whose host begins at `at`, cut where it ends by its reader's lights; empty when there is none. */
function addressAt(text: string, at: number): string {
  const name = matchAt(hostName, text, at)
  const underlined = name.split('.').slice(-2).join('').includes('_')
  if (name === '' || underlined) return ''
  return withoutEnd(name + addressRest(text, at + name.length))
}

/** As much of it as belongs to the address: a bracket that it doesn't open ends it. */
function addressRest(text: string, from: number): string {
  let end = from
  let open = 0
  for (;;) {
    end += matchAt(plain, text, end).length
    if (text[end] === '[') open++
    else if (text[end] !== ']' || --open < 0) return text.slice(from, end)
    end++
  }
}

/** Without the punctuation at its end, and the brackets there that it doesn't open. */
function withoutEnd(address: string): string {
  let round = 0
  for (const character of address) {
    if (character === '(') round++
    else if (character === ')') round--
  }
  let end = address.length
  for (;;) {
    const last = address[end - 1] ?? ''
    if (last === ')' && round < 0) round++
    else if (last === ';') {
      const entity = /&[A-Za-z0-9]{1,32};$/.exec(address.slice(Math.max(0, end - 40), end))
      if (entity === null) return address.slice(0, end)
      end -= entity[0].length - 1
    } else if (last === '' || !/[?!.,:*_~'"]/.test(last)) return address.slice(0, end)
    end--
  }
}

const colon = 0x3a

/** The inline rule: at the colon of `https://`, whose beginning is text already. */
function schemed(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state
  if (silent || state.linkLevel > 0 || src.charCodeAt(pos) !== colon) return false
  if (!src.startsWith('//', pos + 1)) return false
  const scheme = /(?<![A-Za-z])https?$/i.exec(src.slice(Math.max(0, pos - 6), pos))?.[0]
  if (scheme === undefined) return false
  const address = addressAt(src.slice(0, posMax), pos + 3)
  if (address === '' || !state.pending.endsWith(scheme)) return false
  const whole = `${scheme}://${address}`
  state.pending = state.pending.slice(0, -scheme.length)
  pushLink(state, whole)
  state.pos = pos + 3 + address.length
  return true
}

function pushLink(state: StateInline, address: string): void {
  const href = state.md.normalizeLink(address)
  state.push('link_open', 'a', 1).attrs = [['href', href]]
  state.push('text', '', 0).content = address
  state.push('link_close', 'a', -1)
}

/** The core rule: what no character announces is looked for in the texts outside links. */
function unschemed(state: StateCore, tokens: readonly Token[]): Token[] {
  const result: Token[] = []
  let links = 0
  for (const token of tokens) {
    if (token.type === 'link_open') links++
    if (token.type === 'link_close') links--
    if (links > 0 || token.type !== 'text') result.push(token)
    else result.push(...split(state, token))
  }
  return result
}

function split(state: StateCore, token: Token): readonly Token[] {
  const { content } = token
  const parts: Token[] = []
  const text = (content: string) => {
    const part = new LightToken('text', '', 0)
    part.content = content
    return part
  }
  let done = 0
  for (const { 0: mark, index } of content.matchAll(/www\.|@/gi)) {
    if (index < done) continue
    const found = mark === '@' ? mailboxAround(content, done, index) : siteAt(content, index)
    if (found === undefined) continue
    const written = content.slice(found.begin, found.end)
    if (found.begin > done) parts.push(text(content.slice(done, found.begin)))
    const address = state.md.normalizeLink(`${mark === '@' ? 'mailto:' : 'http://'}${written}`)
    parts.push(...linked(address, [text(written)]))
    done = found.end
  }
  if (parts.length === 0) return [token]
  if (done < content.length) parts.push(text(content.slice(done)))
  return parts
}

interface Found {
  readonly begin: number
  readonly end: number
}

function siteAt(text: string, begin: number): Found | undefined {
  if (!/[\s*_~([\]]|^$/.test(text[begin - 1] ?? '')) return undefined
  const address = addressAt(text, begin)
  return address.length > 'www.'.length ? { begin, end: begin + address.length } : undefined
}

const beforeAt = /[A-Za-z0-9.+_-]/
const afterAt = /[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+/y

function mailboxAround(text: string, from: number, at: number): Found | undefined {
  let begin = at
  while (begin > from && beforeAt.test(text[begin - 1] ?? '')) begin--
  const host = matchAt(afterAt, text, at + 1)
  if (begin === at || host === '' || /[-_]$/.test(host)) return undefined
  return { begin, end: at + 1 + host.length }
}
