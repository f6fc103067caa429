// How HTTP tells what writing can be refused for.
import type { RefusalTable } from '@cryptotalks/shared-kernel/http/refusal'
import { tooMany } from '../commands/refusals.ts'
import type { TooManyPreviews } from './previewing.ts'
import type { TooIntricate } from './rendering.ts'

const intricate =
  'Nothing is lost, but it can not be shown: it has too many marks within marks. Take out long runs of brackets, deep quotes or wide tables, or put them between lines of ```.'

export const postRefusals: RefusalTable<TooIntricate | TooManyPreviews> = {
  'text-too-intricate': {
    status: 422,
    title: 'This text is too intricate',
    errors: () => [{ field: 'body', code: 'text-too-intricate', message: intricate }],
  },
  'too-many-previews': tooMany('There were too many previews in a short time'),
}
