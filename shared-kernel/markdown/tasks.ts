// `- [x] done`: the box at the beginning of a list's item.
import type { MarkdownIt, StateCore, Token } from 'markdown-it'
import { LightToken } from './light-tokens.ts'

const box = /^\[([ \t\nxX])\](?=[ \t\n]+\S)/

export function markTasks(md: MarkdownIt): void {
  md.core.ruler.before('inline', 'tasks', takeBoxes)
  md.renderer.rules.task = (tokens, index) => {
    const done = tokens[index]?.content === 'x'
    return `<span class="task" role="img" aria-label="${done ? 'Done' : 'Not done'}">${done ? '☑' : '☐'}</span>`
  }
}

function takeBoxes({ tokens }: StateCore): void {
  for (let index = 2; index < tokens.length; index++) {
    const token = tokens[index] as Token
    if (token.type !== 'inline' || tokens[index - 2]?.type !== 'list_item_open') continue
    if (tokens[index - 1]?.type !== 'paragraph_open') continue
    const found = box.exec(token.content)
    if (found === null) continue
    const task = new LightToken('task', '', 0)
    task.content = found[1]?.trim().toLowerCase() ?? ''
    token.children = [task]
    token.content = token.content.slice(found[0].length)
  }
}
