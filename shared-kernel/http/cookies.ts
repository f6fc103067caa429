// The three cookies of the site: who one is, what one has just written, and the colours one chose.
import type { Context } from 'koa'
import type { Position } from '../eventsourcing/positions.ts'
import type { Theme } from './page-renderer.ts'

/** `__Host-` binds it to this very host: no subdomain can set it. */
export const sessionCookieName = '__Host-session'
export const afterCookieName = 'after'
export const themeCookieName = 'theme'

// Longer than projections are ever away: who comes back meanwhile must not be told that nothing of theirs is there. It
// costs nothing once the read models have caught up.
const afterMaxAgeSeconds = 24 * 60 * 60
const themeMaxAgeSeconds = 365 * 24 * 60 * 60

// 256 bits in base64url.
const sessionToken = /^[A-Za-z0-9_-]{43}$/
const themes: readonly string[] = ['dark', 'light', 'system'] satisfies Theme[]

type Cookies = Pick<Context, 'cookies'>

/** The session token that the browser shows, if it has the form of one. */
export function sessionTokenOf(ctx: Cookies): string | undefined {
  const token = ctx.cookies.get(sessionCookieName)
  return token !== undefined && sessionToken.test(token) ? token : undefined
}

/** The colours chosen; dark until somebody chooses. */
export function themeOf(ctx: Cookies): Theme {
  const theme = ctx.cookies.get(themeCookieName)
  return theme !== undefined && themes.includes(theme) ? (theme as Theme) : 'dark'
}

/** The `Set-Cookie` value that signs a browser in. */
export const sessionCookie = (token: string, maxAgeSeconds: number): string =>
  `${sessionCookieName}=${token}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; Secure; SameSite=Lax`

/** The `Set-Cookie` value that signs it out. */
export const clearedSessionCookie = (): string => sessionCookie('', 0)

/** The `Set-Cookie` value by which the next page shows what was written at `position`. */
export const afterCookie = (position: Position): string =>
  `${afterCookieName}=${position}; Path=/; Max-Age=${afterMaxAgeSeconds}; HttpOnly; SameSite=Lax`

/** The `Set-Cookie` value that keeps the colours chosen. */
export const themeCookie = (theme: Theme): string =>
  `${themeCookieName}=${theme}; Path=/; Max-Age=${themeMaxAgeSeconds}; HttpOnly; SameSite=Lax`
