/**
 * Fail closed: where a deployment configures a guard or a feature that this version cannot enforce, the compiler
 * left an obstacle on the route or on the whole API, and every request is refused. The reason is in the decision
 * record and was logged at deployment.
 */
import { Refusal } from '../messages/refusals.ts'
import type { Obstacle } from '../program/program.ts'
import type { Exchange } from './exchange.ts'

export function refuseObstacle(x: Exchange): undefined {
  const obstacle = (x.program.obstacle ?? x.loaded.route.obstacle) as Obstacle
  throw new Refusal(obstacle.refusal, { reason: obstacle.reason })
}
