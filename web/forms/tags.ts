// The tags field: words between commas or spaces, as the API takes them.

/** The tags named in the text, lower case, without #, doubles and empties. */
export function tagsOf(text: string): readonly string[] {
  const words = text
    .toLowerCase()
    .split(/[\s,]+/)
    .map(word => word.replace(/^#+/, ''))
  return [...new Set(words.filter(word => word !== ''))]
}
