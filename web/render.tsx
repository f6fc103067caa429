// Draws a page on the server: reads what it needs first, then renders in one go, so that requests never mix.

import type {
  PageRequest,
  RenderedPage,
  RenderPage,
} from '@cryptotalks/shared-kernel/http/page-renderer'
import { renderToString } from 'solid-js/web'
import { type Ask, askOnceWith } from './api/ask.ts'
import type { CoinList, Visitor } from './api/types.ts'
import { type Assets, Document } from './document.tsx'
import { tapePath } from './layout/tape.tsx'
import { quoteOf } from './market/quote.ts'
import { failed, matchPath, type Page, type PageEntry } from './pages/page.ts'
import { pageAt } from './pages/pages.ts'
import type { Start } from './pages/start.ts'

/** The page that shows a form again when its post was refused, by the form's action. */
const pagesOfForms: Readonly<Record<string, string>> = {
  '/api/users': '/sign-up',
  '/api/sessions': '/sign-in',
  '/api/posts': '/posts/new',
  '/api/previews': '/posts/new',
}

async function visitorOf(ask: Ask): Promise<Visitor | null> {
  const answer = await ask<Visitor>('/api/me')
  return answer.ok ? { id: answer.value.id, username: answer.value.username } : null
}

async function tapeOf(ask: Ask, wanted: boolean): Promise<Start['tape']> {
  if (!wanted) return []
  const answer = await ask<CoinList>(tapePath)
  return answer.ok ? answer.value.items.map(quoteOf) : []
}

async function readStart(
  request: PageRequest,
  url: URL,
  entry: PageEntry,
  page: Page<unknown>,
): Promise<Start> {
  const ask = askOnceWith(request.api)
  const args = { params: matchPath(entry.path, url.pathname) ?? {}, query: url.searchParams }
  const { refused } = request
  const showsForm = Object.values(pagesOfForms).includes(entry.path)
  const [visitor, tape, loaded] = await Promise.all([
    visitorOf(ask),
    tapeOf(ask, entry.tape),
    refused && !showsForm ? failed<unknown>(refused.problem) : page.load(ask, args),
  ])
  return {
    address: url.pathname + url.search,
    now: request.now.getTime(),
    theme: request.theme,
    idempotencyKey: request.idempotencyKey,
    refused: refused && showsForm ? withoutSecrets(refused) : null,
    visitor,
    tape,
    loaded,
  }
}

function withoutSecrets({ values, problem }: NonNullable<PageRequest['refused']>) {
  const { password: _password, ...rest } = values
  return { values: rest, problem }
}

/**
 * A renderer over the built files.
 * @param assetsOf the files that the page of a source file needs at once
 */
export function createRender(assetsOf: (file: string) => Assets): RenderPage {
  return async (request): Promise<RenderedPage> => {
    const url = new URL(request.url)
    url.pathname = pagesOfForms[url.pathname] ?? url.pathname
    const entry = pageAt(url.pathname)
    const page = await entry.open()
    const start = await readStart(request, url, entry, page)
    const html = renderToString(
      () => (
        <Document
          page={page}
          start={start}
          assets={assetsOf(entry.file)}
          nonce={request.nonce}
          canonical={url.origin + url.pathname}
        />
      ),
      { nonce: request.nonce },
    )
    const status = request.refused?.problem.status ?? start.loaded.status
    return {
      status,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        ...(start.loaded.position ? { 'cryptotalks-position': start.loaded.position } : {}),
      },
      html: `<!doctype html>${html}`,
    }
  }
}
