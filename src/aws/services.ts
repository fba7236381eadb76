/**
 * The four AWS services that we serve, ready to use: the compiled model, the matcher, and the few
 * things in which they differ on the wire and which their models don't say.
 */
import {
  type Constraints,
  httpConstraints,
  lambdaConstraints,
  managementConstraints,
  restConstraints,
} from './constraints.ts'
import { BadRequestException, type Fault, ValidationException } from './faults.ts'
import { compileMatcher, type Matcher } from './match.ts'
import { lambdaTable } from './operations.lambda.ts'
import { managementTable } from './operations.management.ts'
import { restTable } from './operations.v1.ts'
import { httpTable } from './operations.v2.ts'
import { compileTable, type Model, type Operation, type OperationTable } from './table.ts'

export interface Service {
  /** The SDK client's id, as in `@aws-sdk/client-…`. */
  readonly name: 'api-gateway' | 'apigatewayv2' | 'apigatewaymanagementapi' | 'lambda'
  /** The service in the credential scope of a signature. */
  readonly signingName: 'apigateway' | 'execute-api' | 'lambda'
  readonly model: Model
  readonly match: Matcher
  readonly validation: Validation
}

/** How a service words a value that breaks its model. */
export interface Validation {
  readonly constraints: Constraints
  /** What comes before a member of the JSON body: `createRestApiInput.` or nothing. */
  bodyPrefix(operation: Operation): string
  fault(message: string): Fault
}

/** REST APIs: API Gateway 2015-07-09. */
export const restService: Service = service('api-gateway', 'apigateway', restTable, {
  constraints: restConstraints,
  // Recorded: 'putIntegrationInput.type', but 'responseType' for a label of the path.
  bodyPrefix: ({ name }) => `${name.charAt(0).toLowerCase()}${name.slice(1)}Input.`,
  fault: message => new ValidationException(message),
})

/** HTTP and WebSocket APIs: ApiGatewayV2 2018-11-29. */
export const httpService: Service = service('apigatewayv2', 'apigateway', httpTable, {
  constraints: httpConstraints,
  bodyPrefix: () => '',
  // A guess: only BadRequestException is modelled for it.
  fault: message => new BadRequestException(message),
})

/** WebSocket connections: ApiGatewayManagementApi 2018-11-29. */
export const managementService: Service = service(
  'apigatewaymanagementapi',
  'execute-api',
  managementTable,
  {
    constraints: managementConstraints,
    bodyPrefix: () => '',
    fault: message => new ValidationException(message),
  },
)

/** Functions: Lambda 2015-03-31. */
export const lambdaService: Service = service('lambda', 'lambda', lambdaTable, {
  constraints: lambdaConstraints,
  // Observed in public reports: "Value 'C#' at 'runtime' failed to satisfy constraint".
  bodyPrefix: () => '',
  fault: message => new ValidationException(message),
})

function service(
  name: Service['name'],
  signingName: Service['signingName'],
  table: OperationTable,
  validation: Validation,
): Service {
  const model = compileTable(table)
  return { name, signingName, model, match: compileMatcher(model.operations.values()), validation }
}
