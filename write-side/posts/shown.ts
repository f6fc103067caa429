// Whether a rendered text shows anything: Markdown has many ways to write much and show nothing.
import { showsSomething } from '@cryptotalks/shared-kernel/text/visible'

const rule = /<hr\b/

/** Whether there is ink between the tags of this HTML, or a rule. Its text holds no `<`, and no entity but of ink. */
export const htmlShowsSomething = (html: string): boolean =>
  rule.test(html) || showsSomething(html.replace(/<[^>]*>/g, ''))
