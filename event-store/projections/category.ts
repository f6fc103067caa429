// The category of a stream: what its name holds before a separator.

/** The category of a stream, if it has one. */
export type CategoryOf = (stream: string) => string | undefined

/** Categories are what stands before the first dash, unless somebody says otherwise. */
export const DEFAULT_CATEGORY_QUERY = 'first\r\n-'

/**
 * Reads how categories are cut: `first` or `last`, a line break and one character; or the character alone, whose last
 * place counts. Undefined for anything else. Streams of the server have no category.
 */
export function parseCategoryQuery(query: string): CategoryOf | undefined {
  const match = /^\s*(?:(first|last)[^\S\n]*\r?\n)?(\S)\s*$/i.exec(query)
  if (!match) return undefined
  const isFirst = match[1]?.toLowerCase() === 'first'
  const separator = match[2] as string
  return stream => {
    if (stream.startsWith('$')) return undefined
    const at = isFirst ? stream.indexOf(separator) : stream.lastIndexOf(separator)
    return at > 0 ? stream.slice(0, at) : undefined
  }
}
