/**
 * Inside a sandbox without network: stands between a custom runtime, which speaks HTTP to 127.0.0.1, and the gateway,
 * whose Runtime API is a socket file there. Starts the runtime and ends as it ends.
 *
 *     node bridge.mjs SOCKET PORT BOOTSTRAP
 */
import { spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'

const [socket, port, bootstrap] = process.argv.slice(2)

const server = createServer(near => {
  const far = connect(socket)
  near.pipe(far).pipe(near)
  for (const [one, other] of [
    [near, far],
    [far, near],
  ]) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
})
server.listen(Number(port), '127.0.0.1', () => {
  const runtime = spawn(bootstrap, { stdio: 'inherit' })
  runtime.on('error', error => {
    console.error(String(error))
    process.exit(127)
  })
  runtime.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.kill(process.pid, signal)
  })
})
