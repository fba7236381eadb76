import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeContract } from './contract.ts'
import { openSqliteStore } from './sqlite.ts'

storeContract('sqlite in memory', () => openSqliteStore({ directory: ':memory:' }))
storeContract('sqlite', () => openSqliteStore({ directory: mkdtempSync(join(tmpdir(), 'store-')) }))
