// Prints the read side's part of the OpenAPI document.
import { createOpenApi } from '@cryptotalks/shared-kernel/http/openapi'
import { allReads } from './api/all-reads.ts'
import { createReadDatabase } from './postgres/read-database.ts'

// Routes need a database to be made, but nothing asks it anything here.
const database = createReadDatabase({ connectionString: 'postgres://nowhere' })
const routes = allReads(database).map(({ route }) => route)
const document = createOpenApi(routes, { title: 'Cryptotalks', version: '1' })
process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
