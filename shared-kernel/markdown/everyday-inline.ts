// The HTML of a line or paragraph of everyday Markdown: text, emphasis that is not nested, code, links to plain addresses.
import { encoded } from './rewrite-html.ts'

const token =
  /([^*_`[\]]+)|(\*\*?(?!\*)|__?(?!_))|`([^` \n](?:[^`\n]*[^` \n])?)`(?!`)|\[([^*_`[\]\n^]+)\]\(((?:https?:\/\/|\/(?!\/)|#)[\w./?=#:+,-]*)\)/y
// GFM makes links of these, by rules about what ends them.
const address = /https?:\/\/|www\./i
const letter = /[A-Za-z0-9]/
const space = /\s/
const stop = /[.,;:!?)]/

/** What micromark would make of `text`, or undefined when it takes a parser to tell. */
export function everydayInlineOf(text: string): string | undefined {
  const html: string[] = []
  let open: string | undefined
  let at = 0
  while (at < text.length) {
    token.lastIndex = at
    const match = token.exec(text)
    if (!match) return undefined
    const [whole, plain, marks, code, label, href] = match
    const before = text.charAt(at - 1)
    at += whole.length
    if (code !== undefined) html.push(`<code>${encoded(code)}</code>`)
    else if (marks === undefined) {
      if (address.test(plain ?? label ?? '')) return undefined
      html.push(
        plain === undefined ? `<a href="${href}">${encoded(label ?? '')}</a>` : encoded(plain),
      )
    } else if (marks === '_' && letter.test(before) && letter.test(text.charAt(at))) html.push('_')
    else {
      const after = text.charAt(at)
      if (!(open === undefined ? opens(before, after) : open === marks && closes(before, after)))
        return undefined
      html.push(`<${open === undefined ? '' : '/'}${marks.length === 2 ? 'strong' : 'em'}>`)
      open = open === undefined ? marks : undefined
    }
  }
  return open === undefined ? html.join('') : undefined
}

// Stricter than CommonMark: what opens here can do nothing else, and what closes follows one that could not close.
const opens = (before: string, after: string): boolean =>
  (before === '' || space.test(before)) && after !== '' && !space.test(after)

const closes = (before: string, after: string): boolean =>
  !space.test(before) && (after === '' || space.test(after) || stop.test(after))
