// What a thread of the rendering pool does: renders one text, and says when it begins.
import type { MessagePort } from 'node:worker_threads'
import { tryRenderMarkdown } from '@cryptotalks/shared-kernel/markdown/render-markdown'

export interface RenderJob {
  readonly source: string
  /** Told as soon as work begins: the time limit counts from there, not from when a thread was asked for. */
  readonly begun: MessagePort
}

/** The HTML of the text; undefined when it is too intricate. */
export default function render({ source, begun }: RenderJob): string | undefined {
  begun.postMessage(null)
  return tryRenderMarkdown(source)?.html
}
