/**
 * `/_portcullis/…`: health, readiness, explain, function logs, back-ends and doctor. What shows requests is open in
 * development, where only this machine can connect; elsewhere the request must be signed by somebody who may
 * (control/operator.ts).
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fault } from './aws/faults.ts'
import type { StageReport } from './control/doctor/finding.ts'
import type { DataPlane } from './data-plane.ts'
import { type DevIssuerRoutesParts, handleDevIssuer, issuerPrefix } from './dev-issuer-routes.ts'
import { answerLogs, type FunctionLogParts, logsOfRequest } from './function-log-routes.ts'
import { explainText } from './observe/explain.ts'

export interface OwnRoutesParts {
  readonly dataPlane: DataPlane
  /** null: the request may see what others asked and got. */
  readonly whyNotOperator: (request: IncomingMessage) => Fault | null
  /** null: it is switched off. */
  readonly devIssuer: DevIssuerRoutesParts | null
  /** Why the store is not open. */
  readonly fault: Error | null
  /** null: there is no store to look into. */
  readonly functionLogs: FunctionLogParts
  readonly examine: (() => Promise<readonly StageReport[]>) | null
}

const prefix = '/_portcullis/'
const explainPrefix = `${prefix}explain`
const logsPrefix = `${prefix}logs/`

export class OwnRoutes {
  readonly #parts: OwnRoutesParts

  constructor(parts: OwnRoutesParts) {
    this.#parts = parts
  }

  /** false: the request is not for us. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const url = request.url ?? '/'
    if (!url.startsWith(prefix)) return false
    const path = url.split('?', 1)[0] as string
    if (path.startsWith(issuerPrefix)) {
      this.#issuer(request, response)
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(response, 405, { message: 'Only GET' })
    } else if (path === `${prefix}health`) {
      answer(response, 200, { status: 'ok' })
    } else if (path === `${prefix}ready`) {
      this.#ready(response)
    } else if (this.#isRefused(request, response)) {
      // It has its answer.
    } else if (path === explainPrefix || path.startsWith(`${explainPrefix}/`)) {
      this.#explain(request, response, path.slice(explainPrefix.length + 1))
    } else if (path === `${prefix}back-ends`) {
      this.#backEnds(response)
    } else if (path === `${prefix}doctor`) {
      this.#doctor(response)
    } else if (path.startsWith(logsPrefix)) {
      this.#logs(url, path.slice(logsPrefix.length), response)
    } else {
      answer(response, 404, {
        message:
          'Not found. There are health, ready, explain/{requestId}, logs/{function}, back-ends and doctor.',
      })
    }
    return true
  }

  /** The control plane without its store. */
  refuseControl(response: ServerResponse): void {
    response.setHeader('x-amzn-ErrorType', 'ServiceUnavailableException')
    answer(response, 503, { message: `The store cannot be opened: ${this.#parts.fault?.message}` })
  }

  /** Also for paths that do not exist: who may not look is told nothing. */
  #isRefused(request: IncomingMessage, response: ServerResponse): boolean {
    const fault = this.#parts.whyNotOperator(request)
    if (fault === null) return false
    response.setHeader('x-amzn-ErrorType', fault.code)
    answer(response, fault.status, { message: fault.message })
    return true
  }

  #issuer(request: IncomingMessage, response: ServerResponse): void {
    const { devIssuer } = this.#parts
    if (devIssuer === null) {
      answer(response, 404, {
        message:
          'The built-in issuer is off. portcullis start --dev-issuer on switches it on, for development.',
      })
      return
    }
    handleDevIssuer(devIssuer, request, response).catch(error => {
      if (response.headersSent) response.destroy()
      else answer(response, 500, { message: String(error) })
    })
  }

  #backEnds(response: ServerResponse): void {
    this.#parts.dataPlane
      .origins()
      .then(origins => answer(response, 200, { origins }))
      .catch(error => answer(response, 500, { message: String(error) }))
  }

  #ready(response: ServerResponse): void {
    const { fault } = this.#parts
    if (fault === null) answer(response, 200, { status: 'ready' })
    else answer(response, 503, { status: 'degraded', reason: fault.message })
  }

  #explain(request: IncomingMessage, response: ServerResponse, requestId: string): void {
    const asJson = request.headers.accept?.includes('application/json') ?? false
    const done = requestId === '' ? this.#latest(response) : this.#one(response, requestId, asJson)
    done.catch(error => answer(response, 500, { message: String(error) }))
  }

  async #one(response: ServerResponse, requestId: string, asJson: boolean): Promise<void> {
    const found = await this.#parts.dataPlane.explain(requestId)
    if (found === null) {
      answer(response, 404, {
        message:
          'No request with this id is among those that are kept. The id is in x-amzn-RequestId.',
      })
    } else if (asJson) {
      answer(response, 200, found)
    } else {
      response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' })
      response.end(explainText(found) + (await logsOfRequest(this.#parts.functionLogs, requestId)))
    }
  }

  #logs(url: string, rawName: string, response: ServerResponse): void {
    const query = new URLSearchParams(url.split('?', 2)[1] ?? '')
    answerLogs(this.#parts.functionLogs, decoded(rawName), query, response).catch(error => {
      if (response.headersSent) response.destroy()
      else answer(response, 500, { message: String(error) })
    })
  }

  #doctor(response: ServerResponse): void {
    const { examine } = this.#parts
    if (examine === null) {
      this.refuseControl(response)
    } else {
      examine()
        .then(stages => answer(response, 200, { stages }))
        .catch(error => answer(response, 500, { message: String(error) }))
    }
  }

  async #latest(response: ServerResponse): Promise<void> {
    answer(response, 200, { records: await this.#parts.dataPlane.latest(100) })
  }
}

/** What is not encoded properly names nothing, and is left as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(body))
}
