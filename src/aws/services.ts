/**
 * The six AWS services that we serve, ready to use: the compiled model, the matcher, and the few
 * things in which they differ on the wire and which their models don't say.
 */
import {
  type Constraints,
  httpConstraints,
  lambdaConstraints,
  managementConstraints,
  queryConstraints,
  restConstraints,
} from './constraints.ts'
import { BadRequestException, type Fault, ValidationException } from './faults.ts'
import { compileMatcher, type Matcher } from './match.ts'
import { iamTable } from './operations.iam.ts'
import { lambdaTable } from './operations.lambda.ts'
import { managementTable } from './operations.management.ts'
import { stsTable } from './operations.sts.ts'
import { restTable } from './operations.v1.ts'
import { httpTable } from './operations.v2.ts'
import { compileTable, type Model, type Operation, type OperationTable } from './table.ts'

export interface Service {
  /** The SDK client's id, as in `@aws-sdk/client-…`. */
  readonly name:
    | 'api-gateway'
    | 'apigatewayv2'
    | 'apigatewaymanagementapi'
    | 'lambda'
    | 'iam'
    | 'sts'
  /** The service in the credential scope of a signature. */
  readonly signingName: 'apigateway' | 'execute-api' | 'lambda' | 'iam' | 'sts'
  /** Longer bodies are refused with 413; whoever collects the body need not collect more. */
  readonly maxBodyBytes: number
  readonly model: Model
  readonly match: Matcher
  readonly validation: Validation
  /** For services that speak the query protocol, where calls are told apart by their forms; null: REST and JSON. */
  readonly query: { readonly version: string; readonly xmlNamespace: string } | null
}

/** How a service words a value that breaks its model. */
export interface Validation {
  readonly constraints: Constraints
  /** What comes before a member of the JSON body: `createRestApiInput.` or nothing. */
  bodyPrefix(operation: Operation): string
  fault(message: string): Fault
}

/** REST APIs: API Gateway 2015-07-09. */
export const restService: Service = compile(restTable, {
  name: 'api-gateway',
  signingName: 'apigateway',
  maxBodyBytes: 10_485_760, // A guess; AWS documents 6 MB for a definition to import.
  validation: {
    constraints: restConstraints,
    // Recorded: 'putIntegrationInput.type', but 'responseType' for a label of the path.
    bodyPrefix: ({ name }) => `${name.charAt(0).toLowerCase()}${name.slice(1)}Input.`,
    fault: message => new ValidationException(message),
  },
})

/** HTTP and WebSocket APIs: ApiGatewayV2 2018-11-29. */
export const httpService: Service = compile(httpTable, {
  name: 'apigatewayv2',
  signingName: 'apigateway',
  maxBodyBytes: 10_485_760,
  validation: {
    constraints: httpConstraints,
    bodyPrefix: () => '',
    // A guess: only BadRequestException is modelled for it.
    fault: message => new BadRequestException(message),
  },
})

/** WebSocket connections: ApiGatewayManagementApi 2018-11-29. */
export const managementService: Service = compile(managementTable, {
  name: 'apigatewaymanagementapi',
  signingName: 'execute-api',
  maxBodyBytes: 1_048_576, // Messages end at 128 KB, which is the handler's to say.
  validation: {
    constraints: managementConstraints,
    bodyPrefix: () => '',
    fault: message => new ValidationException(message),
  },
})

/** Functions: Lambda 2015-03-31. */
export const lambdaService: Service = compile(lambdaTable, {
  name: 'lambda',
  signingName: 'lambda',
  maxBodyBytes: 70_167_211, // A 50 MB archive in base64; the figure that Lambda's own refusal names.
  validation: {
    constraints: lambdaConstraints,
    // Seen in public reports: "Value 'C#' at 'runtime' failed to satisfy constraint".
    bodyPrefix: () => '',
    fault: message => new ValidationException(message),
  },
})

const queryValidation: Validation = {
  constraints: queryConstraints,
  bodyPrefix: () => '',
  fault: message => new ValidationException(message),
}

/** Users, roles and policies: IAM 2010-05-08. */
export const iamService: Service = compile(iamTable, {
  name: 'iam',
  signingName: 'iam',
  maxBodyBytes: 1_048_576, // A guess: policies are the longest, percent-encoded, with 10,240 characters.
  validation: queryValidation,
  query: { version: '2010-05-08', xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/' },
})

/** Temporary credentials: STS 2011-06-15. */
export const stsService: Service = compile(stsTable, {
  name: 'sts',
  signingName: 'sts',
  maxBodyBytes: 1_048_576,
  validation: queryValidation,
  query: { version: '2011-06-15', xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/' },
})

function compile(
  table: OperationTable,
  settings: Omit<Service, 'model' | 'match' | 'query'> & Partial<Pick<Service, 'query'>>,
): Service {
  const model = compileTable(table)
  const match = compileMatcher(model.operations.values())
  return Object.freeze({ query: null, ...settings, model, match })
}
