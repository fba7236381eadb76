/**
 * The documents do what they say. In README.md and docs/guides, in the order of the page:
 *
 *     ```yaml file=hello.yaml       is written to that file, in an empty folder per page
 *     ```sh run                     is run there against a started gateway; `sh run aws` where the AWS CLI is installed
 *     ```text output                are lines that the block before it must have printed, in this order; … is anything
 *
 * API-ID and REQUEST-ID stand for the ids that were printed last. The page on the lifecycle must name the steps of the
 * pipeline, and links must lead somewhere.
 */
import assert from 'node:assert/strict'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { restSteps } from '../src/pipeline/pipeline.ts'
import { projectRoot } from './project-root.ts'
import { cliPath, runCommand, type Started, startGateway } from './started-gateway.ts'

interface Block {
  readonly kind: string
  readonly text: string
}

const pages = ['README.md', ...globSync('docs/guides/*.md', { cwd: projectRoot })].sort()
const documents = [...pages, ...globSync('{*,docs/*/*,examples/*/*}.md', { cwd: projectRoot })]

test('the page on the lifecycle names the steps of the pipeline, in order', () => {
  const text = readFileSync(join(projectRoot, 'docs/guides/lifecycle.md'), 'utf8')
  const named = [...text.matchAll(/^## `(.+)`$/gm)].map(([, name]) => name)
  assert.deepEqual(named, [...new Set(restSteps.map(step => step.name))])
})

test('links lead to files that are there', () => {
  for (const path of documents) {
    const text = readFileSync(join(projectRoot, path), 'utf8')
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert.ok(existsSync(join(projectRoot, dirname(path), target)), `${path}: ${target}`)
    }
  }
})

test('every package has a line that says what it is for', () => {
  const text = readFileSync(join(projectRoot, 'docs/decisions/dependencies.md'), 'utf8')
  const settings = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'))
  const packages = [
    ...Object.keys(settings.dependencies),
    ...Object.keys(settings.devDependencies),
    ...Object.keys(settings.optionalDependencies),
  ]
  const named = new Set(
    [...text.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, names = '']) => names.split(', ')),
  )
  assert.deepEqual(
    packages.filter(name => !named.has(name)),
    [],
  )
})

describe('the blocks of the documents run', () => {
  let gateway: Started
  let hasAws = false
  before(async () => {
    gateway = await startGateway(['--no-example', '--dev-issuer', 'on'])
    hasAws = (await runCommand('bash', ['-c', 'aws --version'])).code === 0
  })
  after(() => gateway.stop())

  for (const page of pages) {
    const blocks = blocksOf(readFileSync(join(projectRoot, page), 'utf8'))
    const needsAws = page !== 'README.md' && blocks.some(({ kind }) => kind === 'sh run aws')
    test(page, async t => {
      if (needsAws && !hasAws) return t.skip('no AWS CLI')
      await runPage(
        blocks.filter(({ kind }) => hasAws || kind !== 'sh run aws'),
        gateway.url,
      )
    })
  }
})

async function runPage(blocks: readonly Block[], url: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-docs-'))
  const printed = { api: '', request: '', last: '' }
  let settings = ''
  try {
    for (const { kind, text } of blocks) {
      const file = /^\w+ file=(\S+)$/.exec(kind)?.[1]
      if (file !== undefined) {
        mkdirSync(dirname(join(folder, file)), { recursive: true })
        writeFileSync(join(folder, file), text)
      } else if (kind.startsWith('sh run')) {
        settings += `${(text.match(/^export .*$/gm) ?? []).join('\n')}\n`
        await runBlock(settings + text, url, folder, printed)
      } else if (kind === 'text output') {
        assertPrinted(printed.last, text)
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs a block and remembers the ids that it printed. */
async function runBlock(
  text: string,
  url: string,
  folder: string,
  printed: { api: string; request: string; last: string },
): Promise<void> {
  const prelude = `set -euo pipefail
npx() { shift; ${process.execPath} ${cliPath} "$@"; }
export PORTCULLIS_ENDPOINT=${url}
REQUEST_ID=${printed.request}
`
  // A command later in a block may need the id that an earlier one printed.
  const answered = text.replace(/^curl -si .*$/gm, '$& | tee .answer; REQUEST_ID=$(requestId)')
  const port = new URL(url).port
  const script = answered
    .replaceAll('127.0.0.1:4566', `127.0.0.1:${port}`)
    .replaceAll('localhost:4566', `localhost:${port}`)
    .replaceAll('REQUEST-ID', '$REQUEST_ID')
  const apiId =
    "apiId() { grep -ohE '^(Created|Updated) .*' .out | tail -1 | sed -E 's/.*\\((\\w+)\\).*/\\1/'; }"
  const requestId =
    "requestId() { tr -d '\\r' < .answer | sed -nE 's/^x-amzn-RequestId: //ip' | tail -1; }"
  const lines = script.replaceAll('API-ID', printed.api === '' ? '$(apiId)' : printed.api)
  const { out, err, code } = await runCommand(
    'bash',
    [
      '-c',
      `${apiId}\n${requestId}\n${prelude}${lines.replace(/^npx portcullis import .*$/gm, '$& | tee -a .out')}`,
    ],
    { cwd: folder },
  )
  assert.equal(code, 0, `${lines}\n${out}\n${err}`)
  printed.last = out.replaceAll(`:${port}`, ':4566').replaceAll('\r', '')
  printed.api = /^(?:Created|Updated) .* \((\w+)\)/m.exec(out)?.[1] ?? printed.api
  printed.request = /^x-amzn-RequestId: (\S+)/im.exec(out)?.[1] ?? printed.request
}

/** Each line of `wanted` is found after the one before; `…` stands for anything. */
function assertPrinted(printed: string, wanted: string): void {
  let rest = printed.split('\n')
  for (const line of wanted.trimEnd().split('\n')) {
    if (line === '…' || line === '') continue
    const pattern = new RegExp(`^${line.split('…').map(escaped).join('.*')}$`)
    const at = rest.findIndex(each => pattern.test(each))
    assert.ok(at >= 0, `not printed: ${line}\nprinted:\n${printed}`)
    rest = rest.slice(at + 1)
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

function blocksOf(page: string): Block[] {
  const found = page.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)
  return [...found].map(([, kind = '', text = '']) => ({ kind: kind.trim(), text }))
}
