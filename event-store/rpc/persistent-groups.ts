// Which group a request of persistent subscriptions means.

import type { Group } from '../persistent-subscriptions/group.ts'
import type { PersistentSubscriptions } from '../persistent-subscriptions/persistent-subscriptions.ts'
import { ALL } from '../persistent-subscriptions/settings.ts'
import { invalid } from '../protocol/errors.ts'
import { type GroupName, groupMissing } from '../protocol/persistent-errors.ts'
import type { GroupRequest, GroupSource } from '../protocol/persistent-requests.ts'

/** Which group a request means. An empty name of a group is one. */
export function nameOf({ source, group }: GroupRequest): GroupName {
  return { stream: streamOf(source), group }
}

/** The name of what groups read; throws the error that refuses what is none. */
export function streamOf(source: GroupSource | undefined): string {
  if (source === 'all') return ALL
  if (!source?.stream) throw invalid('The request does not say what the group reads.')
  if (source.stream === ALL) throw invalid(`${ALL} is not the name of a stream.`)
  return source.stream
}

/** The group of a name. Throws the error that says that there is none. */
export function foundGroup(groups: PersistentSubscriptions, name: GroupName): Group {
  const found = groups.find(name.stream, name.group)
  if (!found) throw groupMissing(name)
  return found
}
