// All pages of the site, the first that matches an address wins; each one's code is a file of its own.
import { matchPath, type PageEntry } from './page.ts'

const notFound: PageEntry = {
  path: '*',
  place: 'none',
  tape: false,
  file: 'pages/not-found.tsx',
  open: async () => (await import('./not-found.tsx')).notFound,
}

export const pages: readonly PageEntry[] = [
  {
    path: '/',
    place: 'talk',
    tape: true,
    file: 'pages/home.tsx',
    open: async () => (await import('./home.tsx')).home,
  },
  {
    path: '/posts',
    place: 'talk',
    tape: true,
    file: 'pages/posts.tsx',
    open: async () => (await import('./posts.tsx')).posts,
  },
  {
    path: '/posts/new',
    place: 'write',
    tape: false,
    file: 'pages/new-post.tsx',
    open: async () => (await import('./new-post.tsx')).newPost,
  },
  {
    path: '/posts/:slug',
    place: 'talk',
    tape: true,
    file: 'pages/post.tsx',
    open: async () => (await import('./post.tsx')).post,
  },
  {
    path: '/market',
    place: 'market',
    tape: false,
    file: 'pages/market.tsx',
    open: async () => (await import('./market.tsx')).market,
  },
  {
    path: '/market/:id',
    place: 'market',
    tape: false,
    file: 'pages/coin.tsx',
    open: async () => (await import('./coin.tsx')).coin,
  },
  {
    path: '/sign-up',
    place: 'none',
    tape: false,
    file: 'pages/sign-up.tsx',
    open: async () => (await import('./sign-up.tsx')).signUp,
  },
  {
    path: '/sign-in',
    place: 'none',
    tape: false,
    file: 'pages/sign-in.tsx',
    open: async () => (await import('./sign-in.tsx')).signIn,
  },
  {
    path: '/users/:username',
    place: 'talk',
    tape: false,
    file: 'pages/user.tsx',
    open: async () => (await import('./user.tsx')).user,
  },
  {
    path: '/docs',
    place: 'none',
    tape: false,
    file: 'pages/docs.tsx',
    open: async () => (await import('./docs.tsx')).docs,
  },
  {
    path: '/more',
    place: 'more',
    tape: false,
    file: 'pages/more.tsx',
    open: async () => (await import('./more.tsx')).more,
  },
  notFound,
]

/** Whether a path is that of a page. */
export const isPage = (pathname: string): boolean => pageAt(pathname) !== notFound

/** The page of a path. */
export function pageAt(pathname: string): PageEntry {
  return pages.find(page => matchPath(page.path, pathname) !== null) ?? notFound
}
