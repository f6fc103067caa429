// Text without the characters that make a terminal or a reader do more than show it.

/*
 * C0 and C1 controls (ESC begins the sequences that move the cursor and clear the screen), DEL, the line separators of
 * Unicode, and whatever turns the direction of the text around it. Lone surrogates are no characters at all.
 */
const unprintable =
  /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/gu

const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** The text as JSON may also write it inside a string, with every character that controls something named by its number. */
export function withoutControls(text: string): string {
  return text.replace(unprintable, escaped)
}

/** The text as one line for a terminal: line breaks and tabs become spaces, other controls are named by their number. */
export function printable(text: string): string {
  return withoutControls(text.replace(/[\r\n\t]+/g, ' '))
}
