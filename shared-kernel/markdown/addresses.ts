// Where the links of a post lead: nowhere that does harm, and without our credit when it leads out.
import type { MarkdownIt, StateCore, Token } from 'markdown-it'
import { LightToken } from './light-tokens.ts'

const outside = 'nofollow ugc noopener'
/** Without a scheme, or with one that only opens what it names. */
const harmless = /^(?:(?:https?|ircs?|mailto|xmpp):|[^:]*$|[^:]*?[/?#])/i
const withinSite = /^(?:#|\?|\/(?![/\\]))/
/** Parts of the site that its pages' router knows; whatever else has an address here is left to the browser. */
const pages = /^\/(?:$|(?:posts|market|users|docs|more|sign-in|sign-up)(?:$|\/))/
/** Only an address from it on may be without the name of a site. */
const anySite = 'https://site.invalid/posts/any'

// Nobody's post has pages beside it, so that an address without a scheme that looks like a host's name is meant as one.
const label = '[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?'
const host = new RegExp(`^(?:${label}\\.){1,10}\\p{L}{2,24}(?::\\d{1,5})?(?=$|[/?#])`, 'u')
const mailbox = new RegExp(`^[\\p{L}\\p{N}.+_-]{1,64}@(?:${label}\\.){1,10}\\p{L}{2,24}$`, 'u')

/** Addresses that the engine would take apart, which takes microseconds, and put together as they were. */
const needsNoEncoding = /^[\w:/?#@!$&'()*+,;=.~-]*$/

/** The address that was meant by `written`; undefined when following it could do harm. */
export function addressOf(written: string): string | undefined {
  if (host.test(written)) return `https://${written}`
  if (mailbox.test(written)) return `mailto:${written}`
  return written !== '' && harmless.test(written) ? written : undefined
}

/** What a link that leads there says of it in `rel`. */
export function relOf(address: string): string | undefined {
  if (!withinSite.test(address) || !URL.canParse(address, anySite)) return outside
  // As a browser reads it: `/posts/../api` is no address of a post.
  return pages.test(new URL(address, anySite).pathname) ? undefined : 'external'
}

/** Lets no link do harm, and makes links of pictures: they would tell a stranger's server who reads what. */
export function careForLinks(md: MarkdownIt): void {
  // What could do harm is dropped below, where its text is kept.
  md.validateLink = () => true
  const { normalizeLink } = md
  md.normalizeLink = written => {
    const address = addressOf(written) ?? ''
    return needsNoEncoding.test(address) ? address : normalizeLink.call(md, address)
  }
  md.core.ruler.after('inline', 'addresses', state => {
    for (const token of state.tokens)
      if (token.children?.some(isLinkOrPicture)) token.children = cared(state, token.children)
  })
}

const isLinkOrPicture = ({ type }: Token) => type === 'link_open' || type === 'image'

/** The tokens of a link around others. */
export function linked(address: string, inner: readonly Token[]): Token[] {
  const open = new LightToken('link_open', 'a', 1)
  open.attrs = [['href', address]]
  const rel = relOf(address)
  if (rel !== undefined) open.attrs.push(['rel', rel])
  return [open, ...inner, new LightToken('link_close', 'a', -1)]
}

function cared(state: StateCore, tokens: readonly Token[]): Token[] {
  const result: Token[] = []
  // Whether each open link was kept: one that was dropped has no end either.
  const links: boolean[] = []
  for (const token of tokens) {
    if (token.type === 'link_open') {
      const address = String(token.attrGet('href') ?? '')
      const rel = relOf(address)
      links.push(address !== '')
      if (address === '') continue
      if (rel !== undefined) token.attrSet('rel', rel)
    }
    if (token.type === 'link_close' && !links.pop()) continue
    if (token.type === 'image') result.push(...pictureAsLink(state, token, links.includes(true)))
    else result.push(token)
  }
  return result
}

function pictureAsLink(state: StateCore, picture: Token, inLink: boolean): readonly Token[] {
  const address = String(picture.attrGet('src') ?? '')
  const label = new LightToken('text', '', 0)
  const { renderer, options } = state.md
  label.content = renderer.renderInlineAsText(picture.children ?? [], options, state.env) || address
  return inLink || address === '' ? [label] : linked(address, [label])
}
