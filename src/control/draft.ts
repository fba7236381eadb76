/**
 * Small tools for records that are being made or changed. The types in aws/rest-api.ts are read-only,
 * because most of the program only reads them; what the store hands out is a fresh copy, so the control
 * plane may change it: a `Draft`. Record maps come from clients, so their keys are treated as hostile.
 */

/** `T` with everything in it changeable. */
export type Draft<T> = T extends readonly (infer E)[]
  ? Draft<E>[]
  : T extends object
    ? { -readonly [K in keyof T]: Draft<T[K]> }
    : T

/** A copy that may be changed without changing `value`. */
export function draftOf<T>(value: T): Draft<T> {
  return structuredClone(value) as Draft<T>
}

type Undefinable<T> = { [K in keyof T]: undefined extends T[K] ? K : never }[keyof T]

/** `T` where members that may be undefined are left out instead. */
export type Defined<T> = { [K in Exclude<keyof T, Undefinable<T>>]: T[K] } & {
  [K in Undefinable<T>]?: Exclude<T[K], undefined>
}

/** The object without the members that are undefined: a record holds only what was said. */
export function defined<T extends object>(fields: T): Defined<T> {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(kept) as Defined<T>
}

/** The map's own entry; names such as `constructor` find nothing. */
export function entryOf<V>(
  map: Readonly<Record<string, V>> | undefined,
  key: string,
): V | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined
}

/** Whether the map holds anything. */
export function isFilled<M extends object>(map: M | undefined): map is M {
  return map !== undefined && Object.keys(map).length > 0
}

/** A time of a record as the wire takes it: AWS answers in whole seconds. */
export function wholeSeconds(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000)
}
