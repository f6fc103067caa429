// Where a form may lead afterwards: only to a path of this site.

/** The path if it stays on this site, else `fallback`. */
export function sameSitePath(path: string | null | undefined, fallback: string): string {
  if (!path?.startsWith('/') || /^\/[/\\]/.test(path) || /[\\\p{Cc}]/u.test(path)) return fallback
  return path
}
