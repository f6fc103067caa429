import { renderMarkdown } from '@cryptotalks/shared-kernel/markdown/render-markdown'
import { describe, expect, it } from 'vitest'
import { htmlShowsSomething } from './shown.ts'

const shows = (markdown: string) => htmlShowsSomething(renderMarkdown(markdown).html)

describe('a text', () => {
  it.each([
    ...[
      '[a]: https://example.org',
      '[](https://example.org)',
      '#',
      '## ##',
      '- \n- \n',
      '>\n>',
      '*',
    ],
    ...['&#8203;', '&nbsp;', '&ZeroWidthSpace;', '&#x2800;', '&#12644;&#xfe0f;', '&shy;&zwj;'],
    ...['```\n \n```', '` `', '**\u200b**', '[\u200b](https://example.org)', '[^1]: '],
    ...['| |\n|-|\n| |', '\u3164', '\u2800 \u2800', '~~\u00ad~~'],
  ])('%j shows nothing', markdown => {
    expect(shows(markdown)).toBe(false)
  })

  it.each([
    ...[
      'a',
      '&amp;',
      '<',
      '<!-- a -->',
      '<br>',
      '---',
      '`x`',
      '1. b',
      '🚀',
      '- [ ] ',
      '&lt;&gt;',
      '\\&nbsp;',
    ],
    ...['[x](https://example.org)', 'https://example.org', '| a |\n|-|\n', '\u200b.\u200b'],
  ])('%j shows something', markdown => {
    expect(shows(markdown)).toBe(true)
  })
})
