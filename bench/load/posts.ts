// Posts of the size that people write, made up: every one different, the same for the same number and seed.
import { seededRandom } from '../random.ts'

const words =
  'the a of to and in for with on by from over under between after before while because price block chain fee node peer market depth order book spread volume cycle halving reward wallet key seed audit proof stake yield bridge rollup layer liquidity slippage hedge basis funding rate curve index chart candle trend range support signal noise patience risk size exit entry thesis'.split(
    ' ',
  )
const cashtags = ['$BTC', '$ETH', '$SOL', '$ADA', '$DOT', '$LINK']
const tagNames = ['markets', 'on-chain', 'defi', 'mining', 'security', 'layer-2', 'regulation']

export interface PostText {
  readonly title: string
  readonly body: string
  readonly tags: readonly string[]
}

/** A post of some 100 words in three paragraphs, with a heading, a list and a cashtag. */
export function postText(number: number, seed: number): PostText {
  const random = seededRandom(seed * 1_000_003 + number)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const phrase = (length: number) => Array.from({ length }, () => pick(words)).join(' ')
  const body = [
    `${phrase(25)} ${pick(cashtags)} ${phrase(10)}.`,
    `## ${phrase(4)}`,
    `- ${phrase(6)}\n- **${phrase(3)}** ${phrase(4)}`,
    `${phrase(30)}.`,
  ].join('\n\n')
  return { title: `${phrase(6)} ${number}`, body, tags: [pick(tagNames)] }
}
