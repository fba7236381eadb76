import assert from 'node:assert/strict'
import type { LookupAddress } from 'node:dns'
import { test } from 'node:test'
import { guardedLookup, isOrdinaryAddress, type Lookup } from './target-guard.ts'

const forbidden = [
  ...['169.254.169.254', '169.254.0.0', '169.254.255.255', '169.254.170.2', '100.100.100.200'],
  ...['168.63.129.16', '192.0.0.192', 'fe80::1', 'fe80::1%eth0', 'febf::', 'fd00:ec2::254'],
  ...['fd00:ec2::23', 'FD00:0EC2:0:0:0:0:0:254', 'fd20:ce::254', 'fd00:42::42'],
  ...['::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '::169.254.169.254', '64:ff9b::a9fe:a9fe'],
  ...[
    '2002:a9fe:a9fe::1',
    '::ffff:0:a9fe:a9fe',
    '64:ff9b:1::169.254.169.254',
    '2001:0:a9fe:a9fe::1',
    '2001::5601:5601',
    '2001:0:4136:e378:8000:63bf:5601:5601',
    '2001:0:4136:e378:8000:63bf:5601:0',
    '2001:0:4136:e378:8000:63bf:9b9b:9b37',
    '2001:db8::5efe:a9fe:a9fe',
    '2001:DB8:1:2:200:5EFE:169.254.169.254',
    '2001:db8:1:2:0:5efe:c000:c0',
    '::ffff:100.100.100.200',
    'not an address',
    '',
    '2852039166',
    '0xa9fea9fe',
  ],
]
const ordinary = [
  ...[
    '127.0.0.1',
    '::1',
    '10.0.0.1',
    '169.253.255.255',
    '169.255.0.0',
    '100.100.100.201',
    '8.8.8.8',
  ],
  ...[
    'fec0::1',
    'fd00:ec3::254',
    '::ffff:127.0.0.1',
    '64:ff9b::808:808',
    '64:ff9b:1::808:808',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    '2001:0:4136:e378:8000:63bf:a9fe:a9fe',
    '2001:db8::5efe:808:808',
    '2001:db8::5eff:a9fe:a9fe',
    '2001:db8::5601:5601',
    '2001:1::5601:5601',
    '2001::',
    '::1',
    '::ffff:0:808:808',
    '2002:7f00:1::',
    '192.0.0.193',
  ],
]

for (const address of forbidden) {
  test(`${address || 'nothing'} is not an ordinary address`, () =>
    assert.equal(isOrdinaryAddress(address), false))
}
for (const address of ordinary) {
  test(`${address} is an ordinary address`, () => assert.equal(isOrdinaryAddress(address), true))
}

function resolveTo(...addresses: string[]): Lookup {
  return (_, options, callback) => {
    assert.equal(options.all, true)
    callback(
      null,
      addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }
}

function ask(lookup: Lookup, all: boolean): Promise<{ code: string; found: string }> {
  return new Promise(resolve => {
    lookup('some.name', { all }, (error, address) => {
      const list =
        typeof address === 'string' ? [address] : address.map((a: LookupAddress) => a.address)
      resolve({ code: error?.code ?? '', found: list.join() })
    })
  })
}

test('addresses that are not allowed are taken out of what a name resolves to', async () => {
  const lookup = guardedLookup(isOrdinaryAddress, resolveTo('169.254.169.254', '10.0.0.1', '::1'))
  assert.deepEqual(await ask(lookup, true), { code: '', found: '10.0.0.1,::1' })
  assert.deepEqual(await ask(lookup, false), { code: '', found: '10.0.0.1' })
})

test('a name of which nothing is left cannot be connected to', async () => {
  const lookup = guardedLookup(isOrdinaryAddress, resolveTo('169.254.169.254', 'fe80::1'))
  assert.deepEqual(await ask(lookup, true), { code: 'TARGET_NOT_ALLOWED', found: '' })
  const none = guardedLookup(isOrdinaryAddress, resolveTo())
  assert.deepEqual(await ask(none, true), { code: 'TARGET_NOT_ALLOWED', found: '' })
})

test('an operator can allow what is forbidden', async () => {
  const lookup = guardedLookup(() => true, resolveTo('169.254.169.254'))
  assert.deepEqual(await ask(lookup, true), { code: '', found: '169.254.169.254' })
})
