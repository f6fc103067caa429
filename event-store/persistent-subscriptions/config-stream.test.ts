// The kept configuration gives back what was put into it, and nothing of what makes no sense.
import { expect, test } from 'vitest'
import { decodeConfig, encodeConfig } from './config-stream.ts'
import { checkedSettings, groupKey } from './settings.ts'

test('what is kept of groups is what they were set to', () => {
  const settings = checkedSettings({
    resolveLinks: true,
    extraStatistics: false,
    messageTimeoutMs: 0,
    maxRetryCount: -1,
    checkpointAfterMs: 2000,
    minCheckpointCount: 10,
    maxCheckpointCount: 1000,
    maxSubscriberCount: 0,
    liveBufferSize: 500,
    readBatchSize: 20,
    historyBufferSize: 500,
    strategy: 'PinnedByCorrelation',
  })
  if (typeof settings === 'string') throw new Error(settings)
  const filter = { on: 'type' as const, regex: '^a', prefixes: [] }
  const window = { window: undefined, checkpointMultiplier: 0 }
  const configs = [
    { stream: 'a', group: '', start: 'end' as const, prepare: 0n, filter: undefined, settings },
    {
      stream: '$all',
      group: 'g',
      start: 9n,
      prepare: 8n,
      filter: { ...filter, ...window },
      settings,
    },
  ]
  const kept = decodeConfig(Buffer.from(encodeConfig(configs, 'somebody', 0)))
  expect([...kept]).toEqual(configs.map(config => [groupKey(config.stream, config.group), config]))
  for (const text of [
    '',
    '[]',
    '{"entries":[null,{"stream":1},{"stream":"a"}]}',
    '{"entries":3}',
  ]) {
    expect(decodeConfig(Buffer.from(text)).size).toBe(0)
  }
})
