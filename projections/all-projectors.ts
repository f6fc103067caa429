// Every projector there is.
import type { Projector } from './engine/projector.ts'
import { postsProjector } from './posts/projector.ts'
import { ratesProjector } from './rates/projector.ts'
import { usersProjector } from './users/projector.ts'

export const allProjectors: readonly Projector[] = [usersProjector, postsProjector, ratesProjector]
