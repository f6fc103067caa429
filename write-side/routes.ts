// Everything that the write side answers.
import type { Route } from '@cryptotalks/shared-kernel/http/route'
import { type PostCommands, postRoutes } from './posts/routes.ts'
import { themeRoute } from './site/theme-route.ts'
import { type UserCommands, userRoutes } from './users/routes.ts'

export type Commands = UserCommands & PostCommands

/** The API, as it is documented. */
export const apiRoutes = (commands: Commands): readonly Route[] => [
  ...userRoutes(commands),
  ...postRoutes(commands),
]

/** What only the site's own pages use. */
export const siteRoutes: readonly Route[] = [themeRoute]
