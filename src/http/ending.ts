/** The last part of every request: what the steps gave becomes an answer on the wire and a decision record. */
import { isStream } from '../messages/body-stream.ts'
import { type HeldReply, isStreamed, type Reply, type StreamedReply } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { Observer } from '../pipeline/observe.ts'
import type { Finish } from '../pipeline/pipeline.ts'
import { answerHeaders, refusalReply, toRefusal } from '../pipeline/respond.ts'
import { packReply } from './pack-reply.ts'
import type { Turn } from './turn.ts'

/** What happens when the steps are through; never throws, so that a request cannot be left without an answer. */
export class Ending implements Finish {
  readonly #observer: Observer
  readonly #turn: Turn

  constructor(observer: Observer, turn: Turn) {
    this.#observer = observer
    this.#turn = turn
  }

  reply(x: Exchange, reply: Reply): void {
    try {
      if (isStreamed(reply)) this.#take(x, reply)
      else if (x.program.minimumCompressionBytes === null) this.#send(x, reply)
      else this.#pack(x, reply)
    } catch (error) {
      this.#giveUp(x, error)
    }
  }

  failed(x: Exchange, error: unknown): void {
    try {
      x.refusal = toRefusal(error)
      abortBody(x)
      if (!(error instanceof Refusal)) this.#observer.crashed(x.arrival.requestId, error)
      this.reply(x, refusalReply(x, x.refusal))
    } catch (fault) {
      this.#giveUp(x, fault)
    }
  }

  #pack(x: Exchange, reply: HeldReply): void {
    packReply(
      x.program,
      x.methodRequest,
      reply,
      ready => this.#send(x, ready),
      error => this.#giveUp(x, error),
    )
  }

  #send(x: Exchange, reply: HeldReply, isLent = false): void {
    this.#observer.finished(x, reply.status, reply.body.length, '')
    this.#turn.answer(reply, answerHeaders(x, reply), isLent)
  }

  #take(x: Exchange, reply: StreamedReply): void {
    const { status, headers, body } = reply
    if (!body.atHand) {
      this.#stream(x, reply)
      return
    }
    this.#send(x, { status, headers, body: body.atHand }, true)
    body.abort()
  }

  #stream(x: Exchange, reply: StreamedReply): void {
    this.#turn.stream(reply, answerHeaders(x, reply), (sentBytes, problem) => {
      this.#observer.finished(x, reply.status, sentBytes, problemText(problem))
    })
  }

  #giveUp(x: Exchange, error: unknown): void {
    abortBody(x)
    this.#observer.crashed(x.arrival.requestId, error)
    this.#turn.crash()
  }
}

/** The back end's answer will not be sent, and somebody must say so to who holds its connection. */
function abortBody({ integrationResponse }: Exchange): void {
  if (integrationResponse !== null && isStream(integrationResponse.body)) {
    integrationResponse.body.abort()
  }
}

/** Why an answer broke off; '' when it did not. */
function problemText(problem: unknown): string {
  if (problem === null) return ''
  if (problem instanceof Refusal) return problem.detail.reason ?? problem.message
  return problem instanceof Error ? problem.message : String(problem)
}
