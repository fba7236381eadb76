/**
 * Lambda's Runtime API over HTTP, one server for each environment, so that a `bootstrap` in any language runs as it is:
 *
 *     GET  /2018-06-01/runtime/invocation/next           waits for an invocation; the event is the body
 *     POST /2018-06-01/runtime/invocation/{id}/response  its answer, whole or streamed
 *     POST /2018-06-01/runtime/invocation/{id}/error     or its failure
 *     POST /2018-06-01/runtime/init/error                the function could not be loaded
 *
 * An invocation ends when the runtime asks for the next one, not when it answered: only then may another begin. What
 * comes for another invocation than the one that runs, or a second time, is refused and logged.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Answer, answeredTooMuch } from './answers.ts'
import type { Conversation, Listener } from './conversation.ts'
import { bridgePort } from './sandbox.ts'
import type { Invocation, ResultContentType } from './settings.ts'
import { measure } from './watchdog.ts'

export interface RuntimeApiSettings {
  /** What the function is told it was invoked as, unless the invocation says otherwise. */
  readonly arn: string
  readonly responseLimitBytes: number
  readonly pid: () => number | undefined
}

const root = '/2018-06-01/runtime/'
const answerPath = /^invocation\/([^/]{1,128})\/(response|error)$/
const measureEveryMs = 100
const preludeType = 'application/vnd.awslambda.http-integration-response'
const accepted = JSON.stringify({ status: 'OK' })

export class RuntimeApi implements Conversation {
  readonly #server: Server
  readonly #listener: Listener
  readonly #settings: RuntimeApiSettings
  #isLoading = true
  /** The runtime asks for the next invocation. */
  #asking: ServerResponse | undefined
  #invocation: Invocation | undefined
  /** The runtime began to answer the invocation. */
  #isAnswered = false
  /** Given when the runtime asks for the next invocation. */
  #held: Answer | undefined
  /** The streamed answer that is being read. */
  #stream: IncomingMessage | undefined
  #peakMemoryKb = 0
  #measuredMs = 0

  constructor(listener: Listener, settings: RuntimeApiSettings) {
    this.#listener = listener
    this.#settings = settings
    this.#server = createServer((request, response) => this.#serve(request, response))
    // Functions wait for their next invocation as long as it takes.
    this.#server.requestTimeout = 0
    this.#server.headersTimeout = 0
    this.#server.keepAliveTimeout = 0
    this.#server.unref()
  }

  /** Listens on a free port of the loopback address, or on the socket file `path`. */
  static open(
    listener: Listener,
    settings: RuntimeApiSettings,
    path?: string,
  ): Promise<RuntimeApi> {
    const api = new RuntimeApi(listener, settings)
    return new Promise((resolve, reject) => {
      api.#server.once('error', reject)
      if (path === undefined) api.#server.listen(0, '127.0.0.1', () => resolve(api))
      else api.#server.listen(path, () => resolve(api))
    })
  }

  /** `127.0.0.1:40123`, for AWS_LAMBDA_RUNTIME_API; behind a socket file, where the bridge listens. */
  get address(): string {
    const address = this.#server.address() as AddressInfo | string
    return `127.0.0.1:${typeof address === 'string' ? bridgePort : address.port}`
  }

  begin(invocation: Invocation, deadlineMs: number): void {
    const asking = this.#asking
    this.#asking = undefined
    this.#invocation = invocation
    this.#isAnswered = false
    this.#held = undefined
    const { requestId, traceId, clientContext, identity, invokedArn, payload } = invocation
    asking?.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': payload.length === 0 ? 2 : payload.length,
      'Lambda-Runtime-Aws-Request-Id': requestId,
      'Lambda-Runtime-Deadline-Ms': String(deadlineMs),
      'Lambda-Runtime-Invoked-Function-Arn': invokedArn ?? this.#settings.arn,
      ...(traceId && { 'Lambda-Runtime-Trace-Id': traceId }),
      ...(clientContext && { 'Lambda-Runtime-Client-Context': oneLine(clientContext) }),
      ...(identity && { 'Lambda-Runtime-Cognito-Identity': oneLine(identity) }),
    })
    asking?.end(payload.length === 0 ? '{}' : payload)
  }

  resume(): void {
    this.#stream?.resume()
  }

  /** An answer that was given before the runtime ended still counts. */
  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
    this.#finish(true)
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    request.on('error', () => {})
    response.on('error', () => {})
    const path = request.url?.startsWith(root) ? request.url.slice(root.length) : ''
    const answer = answerPath.exec(path)
    if (request.method === 'GET' && path === 'invocation/next') this.#next(response)
    else if (request.method === 'POST' && path === 'init/error') this.#initError(request, response)
    else if (request.method === 'POST' && answer !== null) {
      const [, id = '', kind] = answer
      this.#answer(request, response, id, kind === 'error')
    } else {
      request.resume()
      refuse(response, 404, 'InvalidOperation', `${request.method} ${request.url} is not served`)
    }
  }

  #next(response: ServerResponse): void {
    const isOwing = this.#invocation !== undefined && this.#held === undefined
    if (this.#asking !== undefined || isOwing) {
      this.#refuseState(response, 'The runtime asked for an invocation while it owes an answer.')
      return
    }
    this.#asking = response
    response.on('close', () => {
      if (this.#asking === response) this.#asking = undefined
    })
    if (this.#isLoading) {
      this.#isLoading = false
      this.#listener.onReady()
    } else {
      // What the process printed before lies in a pipe that is read in this turn.
      setImmediate(() => this.#finish(false))
    }
  }

  #finish(isLast: boolean): void {
    const held = this.#held
    this.#held = undefined
    if (held === undefined) return
    this.#invocation = undefined
    this.#listener.onAnswer(held, isLast)
  }

  #answer(request: IncomingMessage, response: ServerResponse, id: string, isError: boolean): void {
    if (this.#invocation?.requestId !== id) {
      request.resume()
      this.#listener.onEvent(
        `The function answered an invocation that does not run (${id}); that answer was dropped.`,
      )
      refuse(response, 400, 'InvalidRequestID', 'Invalid request ID')
      return
    }
    if (this.#isAnswered) {
      request.resume()
      this.#refuseState(response, 'The function answered a second time; that answer was dropped.')
      return
    }
    this.#isAnswered = true
    const mode = request.headers['lambda-runtime-function-response-mode']
    if (!isError && mode === 'streaming') this.#takeStream(request, response)
    else this.#takeWhole(request, response, isError)
  }

  #takeWhole(request: IncomingMessage, response: ServerResponse, isError: boolean): void {
    const { responseLimitBytes } = this.#settings
    const invocation = this.#invocation
    readAll(request, responseLimitBytes, body => {
      if (invocation !== this.#invocation) return
      if (body === 'too-large') {
        this.#hold(answeredTooMuch(responseLimitBytes, this.#answerOf(noBytes, false)))
        const message = `Exceeded maximum allowed payload size (${responseLimitBytes} bytes).`
        refuse(response, 413, 'RequestEntityTooLarge', message)
      } else if (body === 'broken') {
        this.#listener.onBroken()
      } else {
        this.#hold(this.#answerOf(body, isError))
        accept(response)
      }
    })
  }

  /** Trailers say how a streamed answer failed after it had begun. */
  #takeStream(request: IncomingMessage, response: ServerResponse): void {
    const type: ResultContentType =
      request.headers['content-type'] === preludeType ? preludeType : 'application/octet-stream'
    const invocation = this.#invocation
    const isOver = (): boolean => invocation !== this.#invocation
    this.#stream = request
    this.#listener.onStart(type)
    request.on('data', (bytes: Buffer) => {
      if (!isOver() && !this.#listener.onChunk(bytes)) request.pause()
    })
    request.on('close', () => {
      if (!request.complete && !isOver()) this.#listener.onBroken()
    })
    request.on('end', () => {
      this.#stream = undefined
      if (isOver()) return
      const failed = request.trailers['lambda-runtime-function-error-type']
      const answer = this.#answerOf(noBytes, failed !== undefined)
      this.#hold({
        ...answer,
        contentType: failed === undefined ? type : 'application/json',
        payload: failed === undefined ? noBytes : describeTrailers(failed, request.trailers),
      })
      accept(response)
    })
  }

  #initError(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#isLoading) {
      request.resume()
      this.#refuseState(response, 'The runtime failed to load after it had loaded.')
      return
    }
    readAll(request, this.#settings.responseLimitBytes, body => {
      accept(response)
      const payload = typeof body === 'string' ? noBytes : body
      this.#listener.onAnswer(this.#answerOf(payload, true), true)
    })
  }

  #hold(answer: Answer): void {
    this.#held = answer
  }

  #answerOf(payload: Buffer, isError: boolean): Answer {
    return {
      payload,
      isError,
      contentType: 'application/json',
      peakMemoryKb: this.#peakMemory(),
      isTimeout: false,
    }
  }

  /** Looked up now and then only: it costs more than an invocation. */
  #peakMemory(): number {
    const now = performance.now()
    const pid = this.#settings.pid()
    if (pid !== undefined && now - this.#measuredMs > measureEveryMs) {
      this.#measuredMs = now
      this.#peakMemoryKb = Math.max(this.#peakMemoryKb, measure(pid).memoryKb, 1)
    }
    return this.#peakMemoryKb
  }

  #refuseState(response: ServerResponse, sentence: string): void {
    this.#listener.onEvent(sentence)
    refuse(response, 403, 'InvalidStateTransition', sentence)
  }
}

const noBytes = Buffer.alloc(0)

function readAll(
  request: IncomingMessage,
  limitBytes: number,
  done: (body: Buffer | 'too-large' | 'broken') => void,
): void {
  const chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= limitBytes) chunks.push(chunk)
  })
  request.on('end', () => done(bytes > limitBytes ? 'too-large' : Buffer.concat(chunks)))
  request.on('close', () => {
    if (!request.complete) done('broken')
  })
}

/** The body of an error that came as a trailer is JSON in base64. */
function describeTrailers(errorType: string, trailers: NodeJS.Dict<string>): Buffer {
  const body = trailers['lambda-runtime-function-error-body']
  if (body !== undefined) return Buffer.from(body, 'base64')
  return Buffer.from(JSON.stringify({ errorType, errorMessage: '' }))
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { 'Content-Type': 'application/json' }).end(accepted)
}

function refuse(
  response: ServerResponse,
  status: number,
  errorType: string,
  errorMessage: string,
): void {
  const body = JSON.stringify({ errorMessage, errorType })
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(body)
}

/** JSON for a header: whatever a header cannot hold is escaped. */
function oneLine(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, character =>
    character < ' ' ? ' ' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
