/**
 * What a program that embeds the gateway may import; the only re-exporting file.
 *
 *     const gateway = await createGateway(readOptions({ flags: { port: 0 }, env: {}, cwd: process.cwd() }))
 *     const answer = await fetch(`${gateway.url}/_portcullis/health`)
 *     await gateway.close()
 */
// biome-ignore lint/performance/noBarrelFile: the package's one public entry
export { createGateway, type Gateway } from './gateway.ts'
export type { Log } from './observe/log.ts'
export { type GivenOptions, OptionError, type Options, readOptions } from './options.ts'
