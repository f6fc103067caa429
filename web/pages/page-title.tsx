// The title and description of a page, for the browser, for search and for shared links.
import { Meta, Title } from '@solidjs/meta'
import { Show } from 'solid-js'

interface PageTitleProps {
  readonly title: string
  readonly description?: string
  /** A form on the page was refused. */
  readonly error?: boolean
}

export function PageTitle(props: PageTitleProps) {
  return (
    <>
      <Title>{`${props.error ? 'Error: ' : ''}${props.title} · Cryptotalks`}</Title>
      <Show when={props.description}>
        <Meta name="description" content={props.description} />
        <Meta property="og:description" content={props.description} />
      </Show>
      <Meta property="og:title" content={props.title} />
    </>
  )
}
