// The first letter of a text, as a reader counts letters: a flag, a family or an accented letter is one.

const graphemes =
  'Segmenter' in Intl ? new Intl.Segmenter(undefined, { granularity: 'grapheme' }) : null

/** Marks of direction, joiners and blanks leave no ink: they are no letter. */
const hasInk = /[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u

/** The first letter that can be seen, as a capital; empty when none can. */
export function firstLetter(text: string): string {
  const letters = graphemes
    ? Array.from(graphemes.segment(text), ({ segment }) => segment)
    : Array.from(text)
  return (letters.find(letter => hasInk.test(letter)) ?? '').toUpperCase()
}
