// The walls of the house: which room may import which. A broken arrow fails the build (docs/architecture.md).
import { readFileSync } from 'node:fs'
import { parseSync } from 'rolldown/utils'
import { globSync } from 'tinyglobby'
import { describe, expect, it } from 'vitest'

interface Import {
  readonly file: string
  readonly from: string
  readonly typeOnly: boolean
}

const scope = '@cryptotalks/'

/** What each room may import at run time. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'shared-kernel': [],
  'event-store': [],
  'write-side': ['shared-kernel'],
  projections: ['shared-kernel'],
  'read-side': ['shared-kernel'],
  web: [],
  platform: ['shared-kernel'],
  bench: ['platform', 'shared-kernel'],
  e2e: ['platform', 'shared-kernel'],
}

/** What each may import besides, as types only. */
const allowedAsTypes: Readonly<Record<string, readonly string[]>> = {
  'read-side': ['projections'],
  web: ['shared-kernel'],
}

/** Tests run against real servers, which other rooms start. */
const allowedInTests = ['platform', 'event-store', 'projections', 'shared-kernel', 'web']

const isTest = (file: string): boolean => /\.test\.tsx?$|\/testing\//.test(file)
const roomOf = (file: string): string => file.split('/')[0] ?? ''

/** Every static and literal dynamic import of a file. */
function importsOf(file: string): Import[] {
  const { module } = parseSync(file, readFileSync(file, 'utf8'))
  const statics = module.staticImports.map(({ moduleRequest, entries }) => ({
    file,
    from: moduleRequest.value,
    typeOnly: entries.length > 0 && entries.every(entry => entry.isType),
  }))
  const exported = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, isType }) =>
      moduleRequest ? [{ file, from: moduleRequest.value, typeOnly: isType }] : [],
    ),
  )
  const source = readFileSync(file, 'utf8')
  const dynamics = module.dynamicImports.map(({ moduleRequest }) => ({
    file,
    from: source.slice(moduleRequest.start, moduleRequest.end).replace(/^['"`]|['"`]$/g, ''),
    typeOnly: false,
  }))
  return [...statics, ...exported, ...dynamics]
}

const rooms = Object.keys(allowed)
const files = globSync(
  rooms.map(room => `${room}/**/*.{ts,tsx}`),
  { ignore: ['**/node_modules/**', '**/dist/**'] },
)
const imports = files.flatMap(importsOf)

const crosses = ({ file, from, typeOnly }: Import): boolean => {
  if (!from.startsWith(scope)) return false
  const [room, target] = [roomOf(file), from.slice(scope.length).split('/')[0] ?? '']
  if (target === room || allowed[room]?.includes(target)) return false
  if (isTest(file) && allowedInTests.includes(target)) return false
  return !(typeOnly && allowedAsTypes[room]?.includes(target))
}

describe('imports', () => {
  it('are found at all', () => {
    expect(imports.filter(({ from }) => from.startsWith(scope)).length).toBeGreaterThan(10)
  })

  it('follow the arrows between rooms', () => {
    expect(imports.filter(crosses).map(({ file, from }) => `${file} imports ${from}`)).toEqual([])
  })

  it('never leave a room by a relative path', () => {
    const leaving = imports.filter(({ file, from }) => {
      const depth = file.split('/').length - 2
      const ups = from.split('/').filter(part => part === '..').length
      return from.startsWith('.') && ups > depth
    })
    expect(leaving.map(({ file, from }) => `${file} imports ${from}`)).toEqual([])
  })

  it('bring inversify into compositions only', () => {
    const users = imports.filter(({ from }) => from === 'inversify').map(({ file }) => file)
    expect(users.filter(file => !/\/composition(\.test)?\.ts$/.test(file))).toEqual([])
  })

  it('keep deciders, states and projectors pure: nothing that reads, writes, waits or chooses by chance', () => {
    const pure =
      /^write-side\/.*\/(state|commands\/[^/]*)\.ts$|^projections\/[^/]*\/(projector|tables)\.ts$/
    const impure = /^(node:(?!crypto$|assert)|koa|@koa|pg$|kysely$|@eventstore|inversify)/
    const broken = imports.filter(
      ({ file, from, typeOnly }) =>
        pure.test(file) && !isTest(file) && !typeOnly && impure.test(from),
    )
    expect(broken.map(({ file, from }) => `${file} imports ${from}`)).toEqual([])
  })
})
