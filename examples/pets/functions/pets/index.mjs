/**
 * The function behind /pets: API Gateway's proxy event in, a proxy answer out (statusCode, headers, body as text).
 * Edit it while the gateway runs: the next request has your change.
 */
const pets = new Map([
  ['1', { id: '1', name: 'Mia', kind: 'cat' }],
  ['2', { id: '2', name: 'Rex', kind: 'dog' }],
])

export async function handler(event) {
  const { httpMethod, resource, pathParameters, queryStringParameters } = event
  console.log(`${httpMethod} ${event.path}`)
  switch (`${httpMethod} ${resource}`) {
    case 'GET /pets':
      return answer(200, listOf(queryStringParameters?.kind))
    case 'POST /pets':
      // The gateway has checked the body against the model NewPet already.
      return answer(201, added(JSON.parse(event.body)))
    case 'GET /pets/{petId}': {
      const pet = pets.get(pathParameters.petId)
      return pet ? answer(200, pet) : answer(404, { message: `No pet ${pathParameters.petId}` })
    }
    default:
      return answer(404, { message: 'Not found' })
  }
}

function listOf(kind) {
  return [...pets.values()].filter(pet => kind === undefined || pet.kind === kind)
}

function added({ name, kind }) {
  const pet = { id: String(pets.size + 1), name, kind }
  pets.set(pet.id, pet)
  return pet
}

function answer(statusCode, body) {
  return {
    statusCode,
    headers: { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' },
    body: JSON.stringify(body),
  }
}
