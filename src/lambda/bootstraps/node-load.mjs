/**
 * Finds and loads the user's handler: `folder/file.export` or `file.nested.export`.
 * A file without extension is tried first, then .js, .mjs, .cjs and, as nodejs24.x does, .ts, .mts, .cts.
 * `.js` is an ES module when the nearest package.json says `"type": "module"`.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  handlerNotFound,
  importModuleError,
  malformedHandlerName,
  userCodeSyntaxError,
} from './node-errors.mjs'
import { HttpResponseStream, streamifyResponse } from './node-stream.mjs'

const extensions = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']

/** Defines the global `awslambda`, which streaming handlers use without importing anything. */
export function installGlobals() {
  globalThis.awslambda = { streamifyResponse, HttpResponseStream }
}

/** Returns the function; throws an error whose name is one of AWS's `Runtime.*` where one applies. */
export async function loadHandler(root, text) {
  if (text.includes('..')) {
    throw malformedHandlerName(
      `'${text}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    )
  }
  const last = basename(text)
  const dot = last.indexOf('.')
  if (dot < 0) throw malformedHandlerName('Bad handler')
  const folder = text.slice(0, text.length - last.length)
  const exports = await load(root, folder, last.slice(0, dot))
  const handler = last
    .slice(dot + 1)
    .split('.')
    .reduce((value, key) => value?.[key], exports)
  if (!handler) throw handlerNotFound(`${text} is undefined or not exported`)
  if (typeof handler !== 'function') throw handlerNotFound(`${text} is not a function`)
  return handler
}

async function load(root, folder, name) {
  const base = resolve(root, folder, name)
  const require = createRequire(join(root, 'bootstrap.js'))
  try {
    const file = extensions.map(extension => base + extension).find(isFile)
    if (file === undefined)
      return require(require.resolve(name, { paths: [root, resolve(root, folder)] }))
    return isModule(file) ? await import(pathToFileURL(file)) : require(file)
  } catch (error) {
    if (error instanceof SyntaxError) throw userCodeSyntaxError(error)
    if (error?.code === 'MODULE_NOT_FOUND') throw importModuleError(error)
    // What a missing `import` throws (ERR_MODULE_NOT_FOUND) is passed on as it is, also by AWS.
    throw error
  }
}

function isModule(file) {
  if (/\.m[jt]s$/.test(file)) return true
  return /\.[jt]s$/.test(file) && isModuleFolder(dirname(file))
}

function isModuleFolder(folder) {
  if (basename(folder) === 'node_modules') return false
  const file = join(folder, 'package.json')
  if (existsSync(file)) {
    try {
      return JSON.parse(readFileSync(file, 'utf8'))?.type === 'module'
    } catch (error) {
      console.warn(
        `${file} cannot be read, so it does not decide between CommonJS and ES modules.`,
        error,
      )
      return false
    }
  }
  const parent = dirname(folder)
  return parent !== folder && isModuleFolder(parent)
}

function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
