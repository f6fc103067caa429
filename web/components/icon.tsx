// A small drawing beside a word; readers skip it.
import { type IconName, icons } from '../layout/icons.ts'

export function Icon(props: { readonly name: IconName; readonly large?: boolean }) {
  return (
    <svg
      class={props.large ? 'i l' : 'i'}
      viewBox="0 0 24 24"
      aria-hidden="true"
      innerHTML={icons[props.name]}
    />
  )
}
