// Bounds the work of rendering by counting its steps: a text takes the same number on any machine, under any load.
import type { Env, MarkdownIt, StateInline } from 'markdown-it'

/** Thrown in the middle of rendering: the text takes more steps than any honest one of its length would. */
export class TooIntricate extends Error {
  override readonly name = 'TooIntricate'
}

// The densest honest posts that were tried take 10 steps a character (a table of prices), prose takes 1. Texts that are
// made of nothing but the smallest blocks take 33. Beyond that are only those whose time grows faster than their length.
const stepsACharacter = 48
const stepsForAny = 10_000

/** What a text of this length may take. */
export const stepsFor = (characters: number): number => stepsForAny + stepsACharacter * characters

/** Takes steps from what is left of them. */
export function spend(env: Env, steps: number): void {
  const left = (env.stepsLeft as number) - steps
  env.stepsLeft = left
  if (left < 0) throw new TooIntricate()
}

// Prose comes to 1.3 characters of HTML a character, a list of cashtags or e-mail addresses to 9.
const htmlACharacter = 16
const htmlForAny = 10_000

/** How long the HTML of a text of this length may be. */
export const htmlFor = (characters: number): number => htmlForAny + htmlACharacter * characters

// A step is some 20 ns. Asking all rules in turn what begins at a place is a few, making a token of a block many; a
// label that is closed is compared whole with those that are defined, which costs far less a character.
const stepsOf = { place: 5, token: 20, labelPlace: 2 }
const labelCharactersAStep = 4

/** Counts what blocks, inlines and labels cost, each line again in each quote and list around it. */
export function countSteps(md: MarkdownIt): void {
  const count = ({ env }: { readonly env: Env }) => {
    spend(env, stepsOf.place)
    return false
  }
  const everywhere = ['paragraph', 'reference', 'blockquote', 'list']
  md.block.ruler.before('table', 'steps', count, { alt: everywhere })
  md.inline.ruler.before('text', 'steps', count)
  const { State } = md.block
  // A table fills rows up with cells that nobody wrote, so tokens count as well.
  md.block.State = class extends State {
    override push(...token: Parameters<InstanceType<typeof State>['push']>) {
      spend(this.env, stepsOf.token)
      return super.push(...token)
    }
  }
  md.helpers.parseLinkLabel = countingLabelEnd
}

/** Where the last `]` of the text stands: no label that begins behind it ends. */
function lastClosing({ src, env }: StateInline): number {
  if (env.closingOf !== src) Object.assign(env, { closingOf: src, closing: src.lastIndexOf(']') })
  return env.closing as number
}

/** The place of the `]` that ends a label, or -1: markdown-it's own way to it, with its steps counted. */
function countingLabelEnd(state: StateInline, start: number, disableNested = false): number {
  const { src, posMax, pos: before } = state
  if (start > lastClosing(state)) return -1
  let level = 1
  state.pos = start + 1
  try {
    while (state.pos < posMax) {
      spend(state.env, stepsOf.labelPlace)
      const { pos } = state
      const character = src[pos]
      if (character === ']') {
        level--
        if (level === 0) {
          spend(state.env, Math.floor((pos - start) / labelCharactersAStep))
          return pos
        }
      }
      state.md.inline.skipToken(state)
      if (character !== '[') continue
      if (state.pos === pos + 1) level++
      else if (disableNested) return -1
    }
    return -1
  } finally {
    state.pos = before
  }
}
