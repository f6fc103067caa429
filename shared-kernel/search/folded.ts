// How texts are compared in searches: as their writers mean them, however a keyboard or a system wrote them down.

// After NFKC, which makes an acute accent that stands alone a space with the accent on it.
const apostrophes =
  / \u0301|[`\u02b9\u02bb-\u02bd\u02c8\u2018-\u201b\u2032\u2035\u055a\u05f3\ua78b\ua78c]/g
const quotes = /[\u00ab\u00bb\u201c-\u201f\u2039\u203a\u05f4\u300c-\u300f\u301d-\u301f]/g
const dashes = /[\u058a\u05be\u2010-\u2015\u2043\u2212]/g
/** Soft hyphens, joiners, marks of direction, selectors of variants: what takes no room and makes no other word. */
const unseen = /\p{Default_Ignorable_Code_Point}/gu

/**
 * The text in the one form that what is searched and what is searched for are compared in: compatible characters as one
 * (NFKC), without case, with one apostrophe, one quote and one dash, and without what nobody sees.
 */
export function folded(text: string): string {
  const whole = text.replace(unseen, '').normalize('NFKC')
  // Through capitals, so that `ß` and `SS`, `ς` and `σ`, `ı`, `İ` and `I` meet; the dot of `İ` is left over.
  const small = whole.toLowerCase().toUpperCase().toLowerCase()
  return small
    .replace(/i\u0307/g, 'i')
    .replace(/ς/g, 'σ')
    .normalize('NFKC')
    .replace(apostrophes, "'")
    .replace(quotes, '"')
    .replace(dashes, '-')
}

/** Scripts in which one character is a word, or a syllable of one. */
const wordOfOne = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}]/u

/**
 * The words of a search, folded: what is found has all of them. A word that is part of another is left out, since what
 * has the longer one has it.
 */
export function wordsOf(search: string): readonly string[] {
  const words = new Set(
    folded(search)
      .split(/[\s"]+/u)
      .filter(Boolean),
  )
  return [...words].filter(
    word => ![...words].some(other => other !== word && other.includes(word)),
  )
}

/** Whether there is enough to search for: more than one letter, or one that is a word by itself. */
export function canBeSearched(search: string): boolean {
  const all = wordsOf(search).join('')
  return all.length > 1 || wordOfOne.test(all)
}
