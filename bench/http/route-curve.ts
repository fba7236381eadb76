/**
 * Does a request cost more in an API with many routes? APIs of 10 to 10,000 routes, each every second with a parameter, asked for one
 * of these in its middle. Drawn as CPU time per request over the number of routes.
 */
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  ImportRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import type { Row } from './report.ts'

export const routeCounts: readonly number[] = [10, 100, 1_000, 10_000]

/** The name of a scenario of the curve. */
export function curveScenario(routes: number): string {
  return `routes-${routes}`
}

/** Deploys an API with so many routes; the address of the one in the middle. */
export async function deployRoutes(port: number, routes: number): Promise<string> {
  const apis = new APIGatewayClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const body = Buffer.from(JSON.stringify(definition(routes)))
  const { id } = await apis.send(new ImportRestApiCommand({ body }))
  await apis.send(new CreateDeploymentCommand({ restApiId: id, stageName: 'bench' }))
  apis.destroy()
  return `http://127.0.0.1:${port}/_aws/execute-api/${id}/bench/kind${Math.floor(routes / 4)}/abc`
}

function definition(routes: number): object {
  const get = {
    responses: { 200: { description: 'ok' } },
    'x-amazon-apigateway-integration': {
      type: 'mock',
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
      responses: { default: { statusCode: '200' } },
    },
  }
  const paths: Record<string, object> = {}
  for (let i = 0; i < routes / 2; i++) {
    paths[`/kind${i}`] = { get }
    paths[`/kind${i}/{id}`] = { get }
  }
  return { openapi: '3.0.1', info: { title: `${routes} routes`, version: '1' }, paths }
}

/** One line for each number of routes; '' when none was measured. */
export function curveText(rows: readonly Row[]): string {
  const points = routeCounts.flatMap(routes => {
    const row = rows.find(each => each.scenario === curveScenario(routes))
    return row === undefined ? [] : [{ routes, micros: row.lowestCpuMicros }]
  })
  if (points.length === 0) return ''
  const most = Math.max(...points.map(point => point.micros))
  const lines = points.map(({ routes, micros }) => {
    const bar = '█'.repeat(Math.round((micros / most) * 40))
    return `${String(routes).padStart(6)} routes  ${bar} ${micros.toFixed(1)}`
  })
  return `CPU µs per request of a mock, at the lowest round\n${lines.join('\n')}\n`
}
