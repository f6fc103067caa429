// The posts of the demo content: one Markdown file each, published in the order of their names.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { REPOSITORY } from '../repository.ts'
import { DEMO_USERS } from './accounts.ts'

const frontMatter = z.strictObject({
  title: z.string().min(3).max(140),
  author: z.enum(DEMO_USERS),
  tags: z.array(z.string().regex(/^[a-z0-9-]{1,20}$/)).max(5),
})

export interface DemoPost extends z.output<typeof frontMatter> {
  /** Markdown. */
  readonly body: string
}

/** @throws when a file is not front matter between two lines of dashes, and then text */
export function readDemoPosts(): readonly DemoPost[] {
  const folder = join(REPOSITORY, 'platform', 'demo-content', 'posts')
  return readdirSync(folder)
    .filter(file => file.endsWith('.md'))
    .sort()
    .map(file => parsePost(file, readFileSync(join(folder, file), 'utf8')))
}

function parsePost(file: string, text: string): DemoPost {
  const [, head, body] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? []
  if (head === undefined || body === undefined) throw new Error(`${file} has no front matter`)
  return { ...frontMatter.parse(parse(head)), body: body.trim() }
}
