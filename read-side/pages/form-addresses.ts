// Addresses that a browser comes to by sending a form, and where it is led when it asks for one of them.
import { sessionTokenOf } from '@cryptotalks/shared-kernel/http/cookies'
import { localPath } from '@cryptotalks/shared-kernel/http/local-path'
import { stateOf } from '@cryptotalks/shared-kernel/http/request-state'
import type { Context, Middleware } from 'koa'

/** The page of each form, by the address that the form is sent to and that stands in the address bar once it was refused. */
const pagesOfForms: Readonly<Record<string, string>> = {
  '/api/users': '/sign-up',
  '/api/sessions': '/sign-in',
  '/api/sessions/current': '/',
  '/api/posts': '/posts/new',
  '/api/previews': '/posts/new',
  '/theme': '/',
}

/** Where signing in leads first: what the browser was given there must have come back. */
const signedInPath = '/signed-in'

/** Leads browsers that ask for such an address; programs, and all other requests, go on. */
export function formAddresses(): Middleware {
  return function formAddresses(ctx, next) {
    const to = ctx.method === 'GET' || ctx.method === 'HEAD' ? destinationOf(ctx) : undefined
    if (to === undefined) return next()
    stateOf(ctx).route = ctx.path
    ctx.vary('Accept')
    ctx.set('Cache-Control', 'no-store')
    ctx.set('Location', to)
    ctx.status = 303
    ctx.body = ''
  }
}

function destinationOf(ctx: Context): string | undefined {
  if (ctx.path === signedInPath) {
    const { back } = ctx.query
    const wanted = localPath(typeof back === 'string' ? back : '/')
    if (sessionTokenOf(ctx) !== undefined) return wanted
    return localPath(`/sign-in?unkept=1&back=${encodeURIComponent(wanted)}`, '/sign-in?unkept=1')
  }
  // With a query it is no form's address, but one that somebody wants to see as the API has it.
  if (ctx.querystring !== '' || !Object.hasOwn(pagesOfForms, ctx.path)) return undefined
  return ctx.accepts('json', 'html') === 'html' ? pagesOfForms[ctx.path] : undefined
}
