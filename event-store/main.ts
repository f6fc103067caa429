#!/usr/bin/env node
// The command line: a server, or one of the commands that look after its stores.
import { backup, restore, verify } from './command-line/copies.ts'
import { fail, USAGE_ERROR } from './command-line/failure.ts'
import { HELP } from './command-line/help.ts'
import { serve } from './command-line/serve.ts'

const COMMANDS = { backup, restore, verify, serve }

// What a store holds, and a copy of it, is for the user it runs as.
process.umask(0o077)

const [word = '', ...rest] = process.argv.slice(2)
if ([word, ...rest].includes('--help')) process.stdout.write(HELP)
else if (word.startsWith('-') || word === '') await serve(process.argv.slice(2))
else if (Object.hasOwn(COMMANDS, word)) await COMMANDS[word as keyof typeof COMMANDS](rest)
else fail(`There is no command "${word}".`, USAGE_ERROR)
