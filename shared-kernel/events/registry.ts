// Every event of Cryptotalks, for processes that read the whole log.
import { createRegistry } from '../eventsourcing/event-registry.ts'
import { PostPublished } from './posts.ts'
import { MarketSampleRecorded } from './rates.ts'
import { NameReleased, NameReserved } from './reservations.ts'
import { SiteFounded } from './site.ts'
import { RegistrationRefused, SignedIn, SignedOut, UserRegistered } from './users.ts'

export const registry = createRegistry([
  SiteFounded,
  UserRegistered,
  RegistrationRefused,
  SignedIn,
  SignedOut,
  NameReserved,
  NameReleased,
  PostPublished,
  MarketSampleRecorded,
])
