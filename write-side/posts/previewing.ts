// Shows a member what a text will look like, so often in a minute.
import type { TooMany } from '../commands/refusals.ts'
import type { Limits } from '../limits/limits.ts'
import type { Rendered, Rendering } from './rendering.ts'

export type TooManyPreviews = TooMany<'too-many-previews'>

export type Previewed = Rendered | { readonly kind: 'refused'; readonly refusal: TooManyPreviews }

export interface PreviewAsker {
  readonly userId: string
  readonly sessionId: string
  /** By which limits count it. */
  readonly address: string
}

export type Preview = (source: string, asker: PreviewAsker) => Promise<Previewed>

export function createPreviewing(
  render: Rendering['render'],
  limits: Pick<Limits, 'take'>,
): Preview {
  return async (source, { userId, sessionId, address }) => {
    for (const [name, key] of [
      ['previews-per-session', sessionId],
      ['previews-per-address', address],
    ] as const) {
      const taken = await limits.take(name, key)
      if (!taken.allowed)
        return { kind: 'refused', refusal: { refused: 'too-many-previews', ...taken } }
    }
    return render(source, userId)
  }
}
