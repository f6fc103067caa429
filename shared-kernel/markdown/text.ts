// Plain text out of posts: how many words it has, and its beginning.

// Scripts written without spaces count by character, as their writers do.
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}][\p{L}\p{N}\p{M}'’-]*/gu

export const countWords = (text: string): number => text.match(word)?.length ?? 0

/** The text on one line, cut at the end of a word when it is longer, with an ellipsis that counts as one. */
export function shortened(text: string, mostCharacters: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  if (line.length <= mostCharacters) return line
  const cut = line.slice(0, mostCharacters - 1).replace(/[\uD800-\uDBFF]$/, '')
  const lastSpace = cut.lastIndexOf(' ')
  // A text without spaces is cut anywhere rather than thrown away.
  const kept = lastSpace > mostCharacters / 2 ? cut.slice(0, lastSpace) : cut
  return `${kept.replace(/[\s,;:.–-]+$/, '')}…`
}
