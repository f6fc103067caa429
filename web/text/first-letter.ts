// What of a text can be seen: its first letter, as a reader counts letters, and whether there is any.

const graphemes =
  'Segmenter' in Intl ? new Intl.Segmenter(undefined, { granularity: 'grapheme' }) : null

/** Marks of direction, joiners and blanks leave no ink: they are no letter. (U+2800 is the empty one of Braille.) */
const hasInk = /[^\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u

/** A title as links show it; one that shows nothing, of the days when that was taken, has words to press all the same. */
export const shownTitle = (title: string): string => (hasInk.test(title) ? title : 'Untitled')

/** The first letter that can be seen, as a capital; empty when none can. */
export function firstLetter(text: string): string {
  const letters = graphemes
    ? Array.from(graphemes.segment(text), ({ segment }) => segment)
    : Array.from(text)
  return (letters.find(letter => hasInk.test(letter)) ?? '').toUpperCase()
}
