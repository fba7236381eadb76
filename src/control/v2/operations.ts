/**
 * The operations of HTTP and WebSocket APIs (ApiGatewayV2) and of WebSocket connections
 * (ApiGatewayManagementApi). None is built yet: each says so.
 */
import type { AnyHandlers } from '../../aws/dispatch.ts'
import { notYet } from '../../aws/handlers.ts'
import { managementTable } from '../../aws/operations.management.ts'
import { httpTable } from '../../aws/operations.v2.ts'
import type { OperationTable } from '../../aws/table.ts'
import type { ControlContext } from '../context.ts'

/** The 103 operations of ApiGatewayV2. */
export const httpHandlers = noneYet(httpTable)

/** The three operations of ApiGatewayManagementApi. */
export const managementHandlers = noneYet(managementTable)

function noneYet({ operations }: OperationTable): AnyHandlers<ControlContext> {
  return Object.fromEntries(Object.keys(operations).map(name => [name, notYet(name)]))
}
