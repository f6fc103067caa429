// Tells text that can be seen from text that can't: many characters leave no ink.

// Counted among letters and symbols, and blank all the same: the empty Braille pattern, the notehead and the hieroglyphs
// that are blank on purpose, and what stands for an object that is not there.
const blank = '\\u2800\\ufffc\\u{1d159}\\u{13441}\\u{13442}'

// Fillers of Hangul, joiners, variation selectors and tags are ignorable; what is no letter, number or sign may be space,
// control, half a character, private, unassigned, or a mark that stands on nothing.
const ink = new RegExp(
  `(?![\\p{Default_Ignorable_Code_Point}${blank}])[\\p{L}\\p{N}\\p{P}\\p{S}]`,
  'u',
)

const hidden = new RegExp(`[\\p{Default_Ignorable_Code_Point}\\p{C}\\p{Zl}\\p{Zp}${blank}]`, 'u')
const allHidden = new RegExp(hidden.source, 'gu')

/** Whether any of the text can be seen. Joiners and selectors beside what can be seen do no harm: emoji need them. */
export const showsSomething = (text: string): boolean => ink.test(text)

/** Whether some character of it can't be seen; a space can, between others. */
export const hidesSomething = (text: string): boolean => hidden.test(text)

/** Whether it holds no half of a character: JSON can say one, UTF-8 and Postgres can't. */
export const isWhole = (text: string): boolean => !/\p{Cs}/u.test(text)

/** What of the text can be seen, without the space around it. */
export const visiblePart = (text: string): string => text.replace(allHidden, '').trim()
