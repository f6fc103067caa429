// What the supervisor says of the room on its disks.
import { describe, expect, test, vi } from 'vitest'
import { type Room, watchDisks, wordsForRoom } from './disk-watch.ts'

const MIB = 1024 * 1024

/** Watches disks whose free space is as listed, look by look; the last stays. */
async function told(disks: Readonly<Record<string, readonly number[]>>, looks: number) {
  const said: [string, Room][] = []
  const asked = new Map<string, number>()
  const end = watchDisks({
    folders: Object.keys(disks),
    everyMs: 1,
    onRoom: (folder, room) => said.push([folder, room]),
    look: async folder => {
      const look = asked.get(folder) ?? 0
      asked.set(folder, look + 1)
      const free = disks[folder]?.[Math.min(look, (disks[folder]?.length ?? 1) - 1)]
      if (free === undefined) throw new Error('no such folder')
      return { free: free * MIB, disk: folder.length }
    },
  })
  const [first] = Object.keys(disks)
  await vi.waitFor(() => expect(asked.get(first ?? '')).toBeGreaterThan(looks))
  end()
  return said
}

describe('the room on a disk', () => {
  test('is told when it gets little, when it is none, and when there is some again', async () => {
    expect(await told({ data: [9_000, 300, 300, 10, 0, 9_000, 9_000] }, 7)).toEqual([
      ['data', 'little'],
      ['data', 'none'],
      ['data', 'enough'],
    ])
  })

  test('is told at the start where it is none, and once for folders of one disk', async () => {
    expect(await told({ aa: [1], bb: [1], ccc: [2] }, 3)).toEqual([
      ['aa', 'none'],
      ['ccc', 'none'],
    ])
  })

  test('is not looked for in a folder that is not there', async () => {
    expect(await told({ a: [9_000], bbb: [] }, 2)).toEqual([])
  })

  test('is told with the folder, and what to do', () => {
    expect(wordsForRoom('/data', 'none', 3.5 * MIB)).toBe(
      'no space left on the disk that holds /data (3 MB free): nothing new can be stored, nothing stored is lost; make room there',
    )
  })
})
