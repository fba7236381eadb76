/**
 * The peers of the bench: a back end, and nginx, haproxy and caddy as reverse proxies in front of it, each on one core with
 * keep-alive on both sides. A peer that is not installed is left out.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, isInstalled, type Running, startOnCore } from './processes.ts'

export interface Peer {
  readonly name: string
  readonly running: Running
}

const nginxHead = (folder: string) => `
daemon off; master_process off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000; tcp_nodelay on;
  client_body_temp_path ${folder}/t1; proxy_temp_path ${folder}/t2; fastcgi_temp_path ${folder}/t3;
  uwsgi_temp_path ${folder}/t4; scgi_temp_path ${folder}/t5;`

/** Answers \`/100\` with 100 bytes and \`/10k\` with 10,240. */
export async function startBackend(folder: string, core: number): Promise<Running> {
  const port = await freePort()
  const home = join(folder, 'backend')
  await mkdir(home, { recursive: true })
  await writeFile(join(home, '10k'), 'x'.repeat(10_240))
  await writeFile(join(home, '100'), 'x'.repeat(100))
  const config = join(home, 'nginx.conf')
  await writeFile(
    config,
    `${nginxHead(home)} default_type text/plain; open_file_cache max=10;
  server { listen 127.0.0.1:${port} backlog=4096; root ${home}; } }`,
  )
  return startOnCore(core, ['nginx', '-c', config, '-p', home], port)
}

export async function startPeers(folder: string, core: number, backend: number): Promise<Peer[]> {
  const peers: Peer[] = []
  if (isInstalled('nginx'))
    peers.push({ name: 'nginx', running: await startNginx(folder, core, backend) })
  if (isInstalled('haproxy')) {
    peers.push({ name: 'haproxy', running: await startHaproxy(folder, core, backend) })
  }
  if (isInstalled('caddy'))
    peers.push({ name: 'caddy', running: await startCaddy(folder, core, backend) })
  return peers
}

export async function startNginx(folder: string, core: number, backend: number): Promise<Running> {
  const port = await freePort()
  const home = join(folder, 'nginx')
  await mkdir(home, { recursive: true })
  const config = join(home, 'nginx.conf')
  await writeFile(
    config,
    `${nginxHead(home)}
  upstream b { server 127.0.0.1:${backend}; keepalive 256; keepalive_requests 1000000; }
  server { listen 127.0.0.1:${port} backlog=4096;
    location / { proxy_pass http://b; proxy_http_version 1.1; proxy_set_header Connection ""; } } }`,
  )
  return startOnCore(core, ['nginx', '-c', config, '-p', home], port)
}

async function startHaproxy(folder: string, core: number, backend: number): Promise<Running> {
  const port = await freePort()
  const config = join(folder, 'haproxy.cfg')
  await writeFile(
    config,
    `global
  nbthread 1
  maxconn 8192
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
  http-reuse always
frontend f
  bind 127.0.0.1:${port}
  default_backend b
backend b
  server s 127.0.0.1:${backend}
`,
  )
  return startOnCore(core, ['haproxy', '-db', '-f', config], port)
}

async function startCaddy(folder: string, core: number, backend: number): Promise<Running> {
  const port = await freePort()
  const config = join(folder, 'Caddyfile')
  await writeFile(
    config,
    `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  reverse_proxy 127.0.0.1:${backend}
}
`,
  )
  const env = {
    ...process.env,
    GOMAXPROCS: '1',
    HOME: folder,
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
  }
  return startOnCore(
    core,
    ['caddy', 'run', '--config', config, '--adapter', 'caddyfile'],
    port,
    env,
  )
}
