// The field for a post's tags.
import { Field, tie } from '../forms/fields.tsx'
import { tagsOf } from '../forms/tags.ts'

const tagsLimit = 5

export function TagsField(props: {
  readonly problem: Parameters<typeof tie>[1]
  readonly value: string
  readonly onInput: (value: string) => void
}) {
  const hint = 'Up to five, with a comma between: custody, how-to'
  const ties = () => tie('tags', props.problem, hint)
  return (
    <Field
      name="tags"
      label="Tags"
      aside={`${tagsOf(props.value).length} of ${tagsLimit}`}
      hint={hint}
      message={ties().message}
    >
      <input
        class="in"
        id="tags"
        name="tags"
        value={props.value}
        aria-invalid={ties().invalid}
        aria-describedby={ties().described}
        onInput={event => props.onInput(event.currentTarget.value)}
      />
    </Field>
  )
}
