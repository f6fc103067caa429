// The page of last resort, for browsers, when the site's own pages can't be drawn or have nothing to say.
import type { Problem } from './problem.ts'

/** A whole document that needs nothing else: no style, no script, nothing that could fail as well. */
export function problemPage({ status, title, detail, errors = [] }: Problem): string {
  const sentences = [detail, ...errors.map(({ message }) => message)].filter(
    sentence => sentence !== undefined,
  )
  const paragraphs = sentences.map(sentence => `<p>${escaped(sentence)}</p>`).join('\n')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${escaped(title)}: Cryptotalks</title>
<h1>${escaped(title)}</h1>
${paragraphs}
<p>Error ${status}. <a href="/">To the first page</a></p>
</html>
`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string) => text.replace(/[&<>"']/g, character => entities[character] ?? '')
