// All pages of the site, the first that matches an address wins.
import { coin } from './coin.tsx'
import { docs } from './docs.tsx'
import { home } from './home.tsx'
import { market } from './market.tsx'
import { more } from './more.tsx'
import { newPost } from './new-post.tsx'
import { notFound } from './not-found.tsx'
import { matchPath, type Page } from './page.ts'
import { post } from './post.tsx'
import { posts } from './posts.tsx'
import { signIn } from './sign-in.tsx'
import { signUp } from './sign-up.tsx'
import { user } from './user.tsx'

export const pages: readonly Page<unknown>[] = [
  home,
  posts,
  newPost,
  post,
  market,
  coin,
  signUp,
  signIn,
  user,
  docs,
  more,
  notFound,
]

/** The page of a path. */
export function pageAt(pathname: string): Page<unknown> {
  return pages.find(page => matchPath(page.path, pathname) !== null) ?? notFound
}
