/** Matching a path in an API of 1,000 routes: the tree, and for scale a Map of whole paths and a list of patterns. */
import { bench, group, run } from 'mitata'
import type { Route } from '../../src/program/program.ts'
import { buildRouteTree } from '../../src/program/routes.ts'

const routes: Route[] = []
for (let i = 0; i < 200; i++) {
  for (const path of ['', '/{id}', '/{id}/items', '/{id}/items/{item}', '/export/{rest+}']) {
    // Only path and verb matter to the tree.
    routes.push({ httpMethod: 'GET', resourcePath: `/things-${i}${path}` } as Route)
  }
}

const tree = buildRouteTree(routes)
const exact = new Map(routes.map(route => [route.resourcePath, route]))
const patterns = routes.map(route => {
  const source = route.resourcePath.replace(/\{\w+\+\}/, '(.+)').replace(/\{\w+\}/g, '([^/]+)')
  return { route, pattern: new RegExp(`^${source}$`) }
})

const paths = {
  static: '/things-150',
  'one variable': '/things-150/12345',
  'two variables': '/things-150/12345/items/67890',
  greedy: '/things-150/export/a/b/c.json',
  miss: '/things-150/12345/nothing',
}

for (const [name, path] of Object.entries(paths)) {
  group(name, () => {
    bench('tree', () => tree.match('GET', path))
    if (name === 'static') bench('Map of whole paths', () => exact.get(path))
    bench('list of patterns', () => patterns.find(({ pattern }) => pattern.test(path)))
  })
}

group('build', () => {
  bench('tree of 1,000 routes', () => buildRouteTree(routes))
})

await run()
