import MarkdownItEngine, { type MarkdownIt, type StateInline } from 'markdown-it'
import { expect, it } from 'vitest'
import { lighten } from './light-tokens.ts'

/** A token of a block, one of an inline, and the state between them, as an engine makes them. */
function made(engine: MarkdownIt) {
  const states: StateInline[] = []
  engine.inline.ruler.before('text', 'look', state => {
    states.push(state)
    return false
  })
  const [block, inline] = engine.parse('*a*', {})
  return [block, inline?.children?.[0], states[0]].map(object => ({
    fields: Object.keys(object ?? {}).sort(),
    methods: ['attrSet', 'push', 'scanDelims'].map(name => name in (object ?? {})),
  }))
}

it('have every field and method of markdown-it’s own', () => {
  expect(made(new MarkdownItEngine().use(lighten))).toEqual(made(new MarkdownItEngine()))
})

it('make the same of a text', () => {
  const source = '# a\n\n- b *c **d*** [e](f "g") `h`\n\n> i\n\n|j|k|\n|-|-:|\n|l|\n\n![m](n)  \no'
  const [ours, theirs] = [new MarkdownItEngine().use(lighten), new MarkdownItEngine()]
  expect(ours.render(source)).toBe(theirs.render(source))
})
