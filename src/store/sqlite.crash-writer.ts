/**
 * The process that sqlite.crash.test.ts kills: writes two records and now and then a blob per transaction, and
 * prints each number once its transaction was acknowledged. Arguments: the data directory, the first number.
 */
import { writeSync } from 'node:fs'
import { openSqliteStore } from './sqlite.ts'
import { kind } from './store.ts'

const [directory = '', first = '0'] = process.argv.slice(2)
const left = kind<number>('left')
const right = kind<number>('right')
const space = { account: '000000000000', region: 'eu-west-1' }

const store = await openSqliteStore({ directory })
for (let number = Number(first); ; number++) {
  const id = String(number).padStart(9, '0')
  await store.write(space, async tx => {
    await tx.insert(left, '', id, number)
    if (number % 5 === 0) await tx.putBlob(id, Buffer.from(id))
    await tx.insert(right, '', id, number)
  })
  writeSync(1, `${number}\n`)
}
