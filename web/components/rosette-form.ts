// The rosette of a person: ellipses turned about the centre, one of eight forms and nine hues, chosen by the user id.
import { fnv1a } from '../text/fnv.ts'

interface Form {
  readonly ellipses: number
  readonly height: number
  readonly turn: number
  readonly ring: boolean
}

const forms: readonly Form[] = [
  { ellipses: 3, height: 6.3, turn: 0, ring: false },
  { ellipses: 4, height: 5.1, turn: 9, ring: false },
  { ellipses: 5, height: 3.9, turn: 18, ring: true },
  { ellipses: 6, height: 3, turn: 27, ring: false },
  { ellipses: 3, height: 9.3, turn: 36, ring: true },
  { ellipses: 4, height: 8.1, turn: 45, ring: false },
  { ellipses: 2, height: 7.5, turn: 54, ring: true },
  { ellipses: 6, height: 6.9, turn: 63, ring: true },
]
export const hues = 9

export interface Rosette {
  /** Class of the hue: u1 to u9. */
  readonly hue: string
  /** The inside of a 40 by 40 drawing. */
  readonly drawing: string
}

/** The rosette of a user, always the same for the same id. */
export function rosetteOf(userId: string): Rosette {
  const hash = fnv1a(userId)
  const form = forms[hash % forms.length] as Form
  const hue = `u${(Math.floor(hash / forms.length) % hues) + 1}`
  const ellipses = Array.from({ length: form.ellipses }, (_, index) => {
    const angle = form.turn + (index * 180) / form.ellipses
    return `<ellipse cx="20" cy="20" rx="15" ry="${form.height}" transform="rotate(${angle} 20 20)"/>`
  })
  return {
    hue,
    drawing: `${ellipses.join('')}<circle cx="20" cy="20" r="${form.ring ? 17.2 : 2.4}"/>`,
  }
}

/** The hue of a coin's disc, from its symbol. */
export function coinHue(symbol: string): string {
  return `u${(fnv1a(symbol) % hues) + 1}`
}
