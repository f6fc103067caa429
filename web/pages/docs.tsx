// The API for programs, as tables, read from the same document that programs read.
import { For, Show } from 'solid-js'
import type { Ask } from '../api/ask.ts'
import { type Operation, type Outline, outlineOf } from '../docs/api-outline.ts'
import { definePage, loadedFrom, type ViewProps } from './page.ts'
import { PageTitle } from './page-title.tsx'

async function load(ask: Ask) {
  return loadedFrom(await ask<unknown>('/api/openapi.json'), outlineOf)
}

function Fields(props: { readonly operation: Operation }) {
  const name = () => `Fields of ${props.operation.method} ${props.operation.path}`
  return (
    <section class="scroll" tabindex="0" aria-label={name()}>
      <table class="tbl api">
        <caption class="vh">{name()}</caption>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">In</th>
            <th scope="col">Type</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          <For each={props.operation.fields}>
            {field => (
              <tr>
                <th scope="row">
                  <code>{field.name}</code>
                </th>
                <td>{field.where}</td>
                <td>{field.type}</td>
                <td>
                  {field.required ? 'Required. ' : ''}
                  {field.text}
                </td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </section>
  )
}

function Replies(props: { readonly operation: Operation }) {
  const name = () => `Answers of ${props.operation.method} ${props.operation.path}`
  return (
    <section class="scroll" tabindex="0" aria-label={name()}>
      <table class="tbl api">
        <caption class="vh">{name()}</caption>
        <thead>
          <tr>
            <th scope="col">Answer</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          <For each={props.operation.replies}>
            {reply => (
              <tr>
                <th scope="row" class="n">
                  {reply.status}
                </th>
                <td>{reply.text}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </section>
  )
}

function Docs(props: ViewProps<Outline>) {
  return (
    <main id="main" class="wrap one docs">
      <PageTitle
        title="Developers"
        description="The API of Cryptotalks: what programs can ask and tell."
      />
      <h1>Developers</h1>
      <p class="dim sub">
        {props.data.text ||
          'Programs read and write through the same addresses as this site. Reads need no account.'}{' '}
        <a href="/api/openapi.json" rel="external">
          The OpenAPI document
        </a>
        <Show when={props.data.version}>, version {props.data.version}</Show>
      </p>
      <div class="setgrid">
        <nav class="side" aria-label="Contents">
          <For each={props.data.groups}>{group => <a href={`#${group.name}`}>{group.name}</a>}</For>
        </nav>
        <div>
          <For each={props.data.groups}>
            {group => (
              <section class="fs" id={group.name}>
                <h2>{group.name}</h2>
                <For each={group.operations}>
                  {operation => (
                    <section class="op" aria-labelledby={operation.id}>
                      <h3 id={operation.id}>
                        <code>
                          {operation.method} {operation.path}
                        </code>
                      </h3>
                      <p class="dim">{operation.summary}</p>
                      <Show when={operation.fields.length > 0}>
                        <Fields operation={operation} />
                      </Show>
                      <Replies operation={operation} />
                    </section>
                  )}
                </For>
              </section>
            )}
          </For>
        </div>
      </div>
    </main>
  )
}

export const docs = definePage<Outline>({
  load,
  View: Docs,
})
