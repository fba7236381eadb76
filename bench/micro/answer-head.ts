/**
 * The head of a back end's answer: each name cut out of the text and looked up among those that are known to be names, as it
 * was done before, against names that are recognized where they stand. Only names and values are read here, and what both
 * do alike (the search for bad characters, framing) is left out.
 *
 *     node bench/micro/answer-head.ts [heads]
 */
import assert from 'node:assert/strict'
import { readAnswerHead } from '../../src/integrations/http/answer-head.ts'
import { headerNameAt, isHeaderName } from '../../src/integrations/http/header-name.ts'

const heads = Number(process.argv[2] ?? 1_000_000)

/** A fresh text each time, as it comes from a socket: only the date changes. */
function headOf(i: number): Buffer {
  const date = `Sun, 22 Nov 2026 15:${String(10 + (i % 50))}:00 GMT`
  return Buffer.from(
    `HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: ${date}\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n` +
      `Last-Modified: ${date}\r\nConnection: keep-alive\r\nETag: "6ab1-64"\r\nAccept-Ranges: bytes\r\n`,
  )
}

type NameAt = (text: string, from: number, to: number) => string

function cutOut(text: string, from: number, to: number): string {
  const name = text.slice(from, to)
  return isHeaderName(name) ? name : ''
}

function namesAndValues(text: string, nameAt: NameAt): string[] {
  const found: string[] = []
  let at = text.indexOf('\r\n') + 2
  while (at < text.length) {
    const end = text.indexOf('\r\n', at)
    const colon = text.indexOf(':', at)
    found.push(nameAt(text, at, colon), text.slice(colon + 2, end))
    at = end + 2
  }
  return found
}

const texts = Array.from({ length: 50 }, (_, i) => headOf(i))

function measure(name: string, read: (text: string) => unknown): void {
  const turn = (count: number): void => {
    for (let i = 0; i < count; i++) read((texts[i % texts.length] as Buffer).toString('latin1'))
  }
  turn(heads / 10)
  const before = process.cpuUsage()
  turn(heads)
  const { user, system } = process.cpuUsage(before)
  console.log(`${name.padEnd(28)} ${(((user + system) * 1000) / heads).toFixed(0).padStart(6)} ns`)
}

const sample = headOf(0).toString('latin1')
assert.deepEqual(namesAndValues(sample, cutOut), namesAndValues(sample, headerNameAt))
for (let round = 0; round < 2; round++) {
  measure('names cut out and looked up', text => namesAndValues(text, cutOut))
  measure('names recognized in place', text => namesAndValues(text, headerNameAt))
  measure('the whole head, checked', readAnswerHead)
}
