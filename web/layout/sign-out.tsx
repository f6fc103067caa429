// The form that ends the session; it works without scripts.
import { Icon } from '../components/icon.tsx'
import { dropDrafts } from '../forms/draft-places.ts'
import { useStart } from '../pages/start.ts'

export function SignOut(props: { readonly class?: string }) {
  const { idempotencyKey, visitor } = useStart()
  return (
    <form
      method="post"
      action="/api/sessions/current"
      onSubmit={() => dropDrafts(visitor?.id ?? '')}
    >
      <input type="hidden" name="_method" value="DELETE" />
      <input type="hidden" name="idempotencyKey" value={idempotencyKey} />
      <button type="submit" class={props.class ?? ''}>
        <Icon name="log-out" />
        Sign out
      </button>
    </form>
  )
}
