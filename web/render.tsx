// Draws a page on the server: reads what it needs first, then renders in one go, so that requests never mix.

import type {
  PageRequest,
  RenderedPage,
  RenderPage,
} from '@cryptotalks/shared-kernel/http/page-renderer'
import { renderToString } from 'solid-js/web'
import { type Ask, askOnceWith } from './api/ask.ts'
import type { Problem } from './api/problem.ts'
import type { CoinList, Visitor } from './api/types.ts'
import { waitingFor } from './api/waiting.ts'
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

interface Known {
  readonly visitor: Visitor | null
  /** Why it can't be told who the visitor is. */
  readonly waiting: Problem | null
}

async function visitorOf(ask: Ask): Promise<Known> {
  const answer = await ask<Visitor>('/api/me')
  if (!answer.ok) {
    return { visitor: null, waiting: waitingFor(answer.problem) ? answer.problem : null }
  }
  return { visitor: { id: answer.value.id, username: answer.value.username }, waiting: null }
}

/** Of what people write; prices that are behind are told by their age. */
const writtenPaths = /^\/api\/(posts|users|me)\b/

/** What is shown in place of the page: what was refused, or that it can't be told yet whose page it is. */
function insteadOf(
  entry: PageEntry,
  { waiting }: Known,
  refused: Problem | undefined,
): Problem | null {
  if (refused) return showsForm(entry) ? null : refused
  if (waiting?.code === 'read-model-behind' || entry.place === 'write') return waiting
  return null
}

const showsForm = (entry: PageEntry): boolean => Object.values(pagesOfForms).includes(entry.path)

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
  let behind = false
  const ask = askOnceWith(async path => {
    const answer = await request.api(path)
    if (writtenPaths.test(path) && answer.headers.has('cryptotalks-behind')) behind = true
    return answer
  })
  const args = { params: matchPath(entry.path, url.pathname) ?? {}, query: url.searchParams }
  const { refused } = request
  const [known, tape, loaded] = await Promise.all([
    visitorOf(ask),
    tapeOf(ask, entry.tape),
    page.load(ask, args),
  ])
  const instead = insteadOf(entry, known, refused?.problem)
  return {
    address: url.pathname + url.search,
    now: request.now.getTime(),
    theme: request.theme,
    idempotencyKey: request.idempotencyKey,
    refused: refused && showsForm(entry) ? withoutSecrets(refused) : null,
    visitor: known.visitor,
    visitorUnknown: known.waiting !== null,
    behind,
    tape,
    loaded: instead ? failed<unknown>(instead) : loaded,
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
