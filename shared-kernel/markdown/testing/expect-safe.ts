// For tests: HTML that was made of a stranger's Markdown does no harm.
import { expect } from 'vitest'

/** Throws unless every tag is one of ours, closed in order, with attributes of ours and addresses that do no harm. */
export function expectSafe(rendered: string): void {
  const names = new Set(
    'a blockquote br code del div em h2 h3 h4 h5 h6 hr li ol p pre section span strong sup table tbody td th thead tr ul'.split(
      ' ',
    ),
  )
  const attributes = new Set(
    'href rel class title id align start scope dir tabindex role aria-label aria-describedby data-footnotes data-footnote-ref data-footnote-backref'.split(
      ' ',
    ),
  )
  const open: string[] = []
  const rest = rendered.replace(
    /<(\/?)([a-z0-9]+)((?: [a-z-]+="[^"<>]*")*)( \/)?>/g,
    (_tag, slash, name, given, empty) => {
      if (!names.has(name)) throw new Error(`a tag of no ours: ${name}`)
      if (slash) expect(open.pop()).toBe(name)
      else if (!empty) open.push(name)
      for (const [, attribute, value] of given.matchAll(/ ([a-z-]+)="([^"]*)"/g)) {
        if (!attributes.has(attribute)) throw new Error(`an attribute of no ours: ${attribute}`)
        if (attribute === 'href')
          expect(value).toMatch(/^(?:https?:|mailto:|ircs?:|xmpp:|[^:]*$|[^:]*[/?#])/i)
      }
      return ''
    },
  )
  expect(open).toEqual([])
  expect(rest).not.toMatch(/[<>"]/)
}
