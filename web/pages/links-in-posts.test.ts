import { relOf } from '@cryptotalks/shared-kernel/markdown/addresses'
import { expect, it } from 'vitest'
import { pages } from './pages.ts'

const paths = pages.map(({ path }) => path).filter(path => path !== '*')

it.each(paths)('leave %s to the site’s own router', path => {
  expect(relOf(path.replace(/:\w+/, 'any'))).toBeUndefined()
})
