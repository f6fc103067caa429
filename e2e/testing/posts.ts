// Posts to publish, and the way of a client that does not give up until it is answered.
import { setTimeout as pause } from 'node:timers/promises'
import type { Answer, Person } from './person.ts'

export interface Post {
  readonly title: string
  readonly body: string
  readonly tags: readonly string[]
}

/** A post that can be told from all others by its title. */
export const somePost = (title: string): Post => ({
  title,
  body: `What I think of **${title}**, and of $BTC.\n\n- it is one thing\n- it is another`,
  tags: ['testing'],
})

/** Sends the same command under the same key until it is answered for good: what every careful client does. */
export async function publishUntilAnswered(
  author: Person,
  post: Post,
  key: string,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await author.post('/api/posts', post, { key })
      if (answer.status < 500 && answer.status !== 429) return answer
    } catch {
      // The connection was cut: what became of the command is unknown, and the key makes it safe to ask again.
    }
    if (attempt === 600) throw new Error(`${key} was not answered in ${attempt} attempts`)
    await pause(100)
  }
}
