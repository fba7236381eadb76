/** The address of a client as everybody writes it: an IPv4 client on a dual-stack socket shows as `::ffff:127.0.0.1`. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
