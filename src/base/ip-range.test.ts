import assert from 'node:assert/strict'
import { BlockList } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseIpRange } from './ip-range.ts'

for (const [range, inside, outside] of [
  ['10.0.0.0/8', '10.255.0.1', '11.0.0.0'],
  ['192.168.1.7', '192.168.1.7', '192.168.1.8'],
  ['10.1.2.3/8', '10.9.9.9', '9.9.9.9'],
  ['0.0.0.0/0', '255.255.255.255', '::1'],
  ['127.0.0.0/8', '::ffff:127.0.0.1', '::127.0.0.1'],
  ['2001:db8::/32', '2001:db8:ffff::1', '2001:db9::'],
  ['::1', '0:0:0:0:0:0:0:1', '::2'],
  ['::/0', 'fe80::1', '10.0.0.1'],
  ['64:ff9b::10.0.0.0/104', '64:ff9b::a00:1', '64:ff9b::b00:1'],
] as const) {
  test(`${range} has ${inside} and not ${outside}`, () => {
    const has = parseIpRange(range)
    assert.equal(has?.(inside), true)
    assert.equal(has?.(outside), false)
  })
}

for (const text of [
  ...['', '10', '10.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '010.0.0.1', '256.0.0.1'],
  ...['::1/129', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', 'fe80::1%eth0', 'g::'],
]) {
  test(`${JSON.stringify(text)} is no network, and an address of no network`, () => {
    assert.equal(parseIpRange(text), undefined)
    assert.equal(parseIpRange('0.0.0.0/0')?.(text), false)
    assert.equal(parseIpRange('::/0')?.(text), false)
  })
}

test("agrees with node's own lists", () => {
  const v6 = fc.ipV6().filter(text => !/^(?:0*:)*:?(?:0*:)*(?:ffff:)?[\d.]+$/i.test(text))
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (net, address, bits) => {
      const list = new BlockList()
      list.addSubnet(net, bits, 'ipv4')
      assert.equal(parseIpRange(`${net}/${bits}`)?.(address), list.check(address, 'ipv4'))
    }),
  )
  fc.assert(
    fc.property(v6, v6, fc.integer({ min: 0, max: 128 }), (net, address, bits) => {
      const list = new BlockList()
      list.addSubnet(net, bits, 'ipv6')
      const has = parseIpRange(`${net}/${bits}`)
      assert.equal(has?.(net), true)
      assert.equal(has(address), list.check(address, 'ipv6'))
    }),
  )
})
