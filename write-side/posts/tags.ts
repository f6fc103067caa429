// Tags as people type them: with the sign before them, in any case and width, and more than once.

/** The one spelling of a tag; empty where there was only a sign. */
export const normalisedTag = (tag: string): string =>
  tag.normalize('NFKC').trim().replace(/^#+/, '').toLowerCase()

/** The words of a tags field that is one line of text. */
export const tagWords = (text: string): readonly string[] =>
  text.split(/[\s,]+/).filter(word => normalisedTag(word) !== '')
