#!/usr/bin/env node
// The command: what the build made of main.ts, or a sentence that says to build. It lies in the tree, so that npm always finds
// it: a command that is missing at install is asked for at the registry, under a name that anybody could take there.
import { existsSync } from 'node:fs'

const main = new URL('../dist/main.js', import.meta.url)
if (existsSync(main)) await import(main.href)
else {
  console.error(
    'The event store is not built yet: run "npm run build" in the folder of the repository first.',
  )
  process.exitCode = 1
}
