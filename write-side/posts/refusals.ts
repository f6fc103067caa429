// How HTTP tells what writing can be refused for.
import type { Refusal } from '@cryptotalks/shared-kernel/eventsourcing/decider'
import type { RefusalTable } from '@cryptotalks/shared-kernel/http/refusal'
import { tooMany } from '../commands/refusals.ts'
import type { TooManyPreviews } from './previewing.ts'
import type { TooIntricate } from './rendering.ts'

const intricate =
  'Nothing is lost, but it can not be shown: it has too many marks within marks. Take out long runs of brackets, deep quotes or wide tables, or put them between lines of ```.'

/** There is text, but none of it can be seen. */
export type ShowsNothing = Refusal<'text-shows-nothing'>

export const showsNothing: ShowsNothing = { refused: 'text-shows-nothing' }

export const postRefusals: RefusalTable<TooIntricate | ShowsNothing | TooManyPreviews> = {
  'text-shows-nothing': {
    status: 422,
    title: 'This text shows nothing',
    errors: () => [
      { field: 'body', code: 'required', message: 'The text shows nothing when it is published.' },
    ],
  },
  'text-too-intricate': {
    status: 422,
    title: 'This text is too intricate',
    errors: () => [{ field: 'body', code: 'text-too-intricate', message: intricate }],
  },
  'too-many-previews': tooMany('There were too many previews in a short time'),
}
