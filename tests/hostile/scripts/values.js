// Values that are no JSON, or change while they are looked at.
//= SERIALIZATION_ERROR
() => () => 1
//= SERIALIZATION_ERROR
Symbol('x')
//= SERIALIZATION_ERROR
10n
//= SERIALIZATION_ERROR
NaN
//= SERIALIZATION_ERROR
[1, [Infinity]]
//= SERIALIZATION_ERROR
({ a: -Infinity })
//= SERIALIZATION_ERROR
new Map([[1, 2]])
//= SERIALIZATION_ERROR
({ a: { b: [new Set([1])] } })
//= SERIALIZATION_ERROR
new WeakMap()
//= SERIALIZATION_ERROR
[Promise.resolve(1)]
//= SERIALIZATION_ERROR
new Error('x')
//= SERIALIZATION_ERROR
/x/
//= SERIALIZATION_ERROR
new Uint8Array(3)
//= SERIALIZATION_ERROR
new ArrayBuffer(3)
//= SERIALIZATION_ERROR
[1].values()
//= SERIALIZATION_ERROR
function* g() {} g()
//= SERIALIZATION_ERROR
const o = {}; o.o = o; o
//= SERIALIZATION_ERROR
const a = []; a.push([a]); a
//= SERIALIZATION_ERROR
const a = { b: {} }; a.b.c = new Proxy(a, {}); a
//= SERIALIZATION_ERROR|RUNTIME_ERROR
new Proxy({}, { get(t, k) { return new Proxy({}, this) }, ownKeys: () => ['a'], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }) })
//= SERIALIZATION_ERROR $.a
({ get a() { throw new Error('no') } })
//= SERIALIZATION_ERROR
({ toJSON() { throw new Error('no') } })
//= RUNTIME_ERROR|SERIALIZATION_ERROR
new Proxy({}, { ownKeys() { throw 1 } })
//= RUNTIME_ERROR|SERIALIZATION_ERROR
const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); proxy
//= RUNTIME_ERROR|SERIALIZATION_ERROR
const { proxy, revoke } = Proxy.revocable([], {}); revoke(); [proxy]
//= SERIALIZATION_ERROR
'x'.repeat(2e7)
//= SERIALIZATION_ERROR max_result_bytes
new Array(20).fill('x'.repeat(1e6))
//= SERIALIZATION_ERROR
Object.fromEntries(Array.from({ length: 5 }, (_, i) => [i + 'k'.repeat(4e6), 1]))
//= ok null
undefined
//= ok {"a": [null]}
({ a: [undefined], b: undefined })
//= ok 0
-0
//= ok "\ud83d\ude00"
'\ud83d\ude00'
//= ok
'\ud800'
//= ok
({ '\udfff': '\ud800\ud800' })
//= ok {"__proto__": 1}
JSON.parse('{"__proto__": 1}')
//= ok {"constructor": 1, "toString": 2}
({ constructor: 1, toString: 2 })
//= ok "\u0000\u001b[2J\u202e"
'\u0000\u001b[2J\u202e'
//= ok "2020-01-01T00:00:00.000Z"
new Date('2020-01-01')
//= ok null
new Date(NaN)
//= ok 1
new Number(1)
//= ok {"x": 1}
({ toJSON() { return { x: 1 } } })
//= ok 1e+300
1e300
//= ok 9007199254740992
9007199254740993
//= ok [null, null, 1]
[, , 1]
//= ok {"a": 1}
new (class { a = 1; #b = 2; get c() { return 3 } })
//= ok {"n": 2}
let n = 0; const o = { get n() { return ++n } }; o.n; o
//= ok {"k": 1}
const o = { get k() { delete this.j; return 1 }, get j() { return 2 } }; ({ ...{ k: o.k } })
//= SERIALIZATION_ERROR
const a = [1, 2, 3]; Object.defineProperty(a, 1, { get() { return 5n } }); a
//= ok
Object.assign([1, 2], { extra: 3 })
