// Paths within the site, for redirects: never a way out of it.

// It goes into a header, of which proxies take 16 KiB at most, as Node does.
const longest = 8_000

/** Whether a browser takes `path` as one on this site. It reads `\` as `/`, and drops tabs and line ends. */
export const isLocalPath = (path: string): boolean =>
  path.length <= longest && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path)

/** The path, or `otherwise` when it would lead elsewhere. */
export const localPath = (path: string, otherwise = '/'): string =>
  isLocalPath(path) ? path : otherwise
