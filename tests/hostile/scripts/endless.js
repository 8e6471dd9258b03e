// Scripts that never end by themselves. Run with a short time limit.
//= TIMEOUT
while (true) {}
//= TIMEOUT
for (;;) { try { while (true) {} } catch (e) {} finally { while (true) {} } }
//= TIMEOUT
do { try { throw 1 } catch { continue } finally { continue } } while (true)
//= TIMEOUT
l: for (;;) { for (;;) { continue l } }
//= TIMEOUT
(function f() { Promise.resolve().then(f) })(); await new Promise(() => {})
//= TIMEOUT
(async function f() { while (true) await null })()
//= TIMEOUT
await (async function () { for (;;) await { then(r) { r() } } })()
//= TIMEOUT
(function f() { queueMicrotask(f) })(); await sleep(1e6)
//= TIMEOUT
setInterval(() => {}, 0); await new Promise(() => {})
//= TIMEOUT
(function f() { setTimeout(f, 0) })(); await new Promise(() => {})
//= TIMEOUT
(function f() { setImmediate(f) })(); await new Promise(() => {})
//= TIMEOUT
({ get x() { while (true) {} } })
//= TIMEOUT
({ toJSON() { while (true) {} } })
//= TIMEOUT
[{ a: { b: { toJSON() { for (;;); } } } }]
//= TIMEOUT
[3, 1, 2].sort(() => { while (true) {} })
//= TIMEOUT
Array.from({ length: 5 }, () => { for (;;); })
//= TIMEOUT
Array.from({ [Symbol.iterator]() { return { next: () => ({ value: 0, done: false }) } } }).length
//= TIMEOUT
for (const x of { [Symbol.iterator]: () => ({ next: () => ({ done: false }) }) }) {}
//= TIMEOUT
for await (const x of { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false }) }) }) {}
//= TIMEOUT
function* g() { for (;;) yield 1 } for (const x of g()) {}
//= TIMEOUT
new Set({ [Symbol.iterator]: () => ({ next: () => ({ value: 1, done: false }) }) })
//= TIMEOUT
Object.fromEntries({ [Symbol.iterator]: () => ({ next: () => ({ value: [1, 1], done: false }) }) })
//= TIMEOUT
/^(a+)+$/.test('a'.repeat(40) + 'b')
//= TIMEOUT
/(x+x+)+y/.exec('x'.repeat(60))
//= TIMEOUT
'a'.repeat(40).match(/^(([a-z])+.)+[A-Z]([a-z])+$/)
//= TIMEOUT
/(?:a|aa)+$/.test('a'.repeat(60) + 'b')
//= TIMEOUT
('ab'.repeat(40) + 'c').replace(/(?:(ab)*)*d/g, '')
//= TIMEOUT
/(?=(a+)+b)c/.test('a'.repeat(50))
//= TIMEOUT
'x'.replace(/x/, () => { while (true) {} })
//= TIMEOUT
throw { toString() { while (true) {} }, toJSON() { while (true) {} } }
//= TIMEOUT
throw { get message() { while (true) {} } }
//= TIMEOUT
throw new Proxy(new Error('x'), { get() { while (true) {} } })
//= TIMEOUT
throw Object.defineProperty(new Error('x'), 'stack', { get() { for (;;); } })
//= TIMEOUT
throw Object.assign(new Error('x'), { get cause() { for (;;); } })
//= TIMEOUT
new Proxy({}, { ownKeys() { while (true) {} } })
//= TIMEOUT
new Proxy([1], { get(t, k) { if (k === 'length') for (;;); return t[k] } })
//= TIMEOUT
const a = []; a.length = 2 ** 32 - 1; a.indexOf(5)
//= TIMEOUT
Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 5)
//= TIMEOUT|MEMORY_LIMIT_EXCEEDED
const a = []; a[4294967294] = 1; a
//= TIMEOUT
Array.prototype.reverse.call({ length: 2 ** 53 - 1 })
//= TIMEOUT
Array.prototype.includes.call(new Proxy({ length: 1e15 }, {}), 5)
//= TIMEOUT
[].concat.call({ length: 0 }, { length: 2 ** 40, [Symbol.isConcatSpreadable]: true })
//= TIMEOUT
console.log(new Proxy({ a: 1 }, { ownKeys() { while (true) {} } }))
//= TIMEOUT
new Proxy([], { get: (t, k) => k === 'length' ? 2 ** 40 : 1 })
//= TIMEOUT
console.table(new Proxy([[1]], { get() { for (;;); } }))
//= TIMEOUT
call_tool('test', 'echo', { get x() { while (true) {} } })
//= TIMEOUT
call_tool({ toString() { for (;;); } }, 'echo', {})
//= TIMEOUT
call_tools(new Proxy([], { get() { for (;;); } }))
//= TIMEOUT
tools.test.echo({ toJSON() { for (;;); } })
//= TIMEOUT
await { then() { while (true) {} } }
//= TIMEOUT
await { get then() { while (true) {} } }
//= TIMEOUT
await sleep(60000)
//= TIMEOUT
await Promise.race([new Promise(() => {}), sleep(1e8)])
//= TIMEOUT
await tools.test.forever()
//= TIMEOUT
call_tool('test', 'forever')
//= TIMEOUT
call_tools([{ server: 'test', tool: 'forever' }])
//= TIMEOUT
call_tools(Array.from({ length: 100 }, () => ({ server: 'test', tool: 'forever' })))
//= TIMEOUT
await Promise.all(Array.from({ length: 50 }, () => tools.test.forever()))
//= TIMEOUT
try { await tools.test.forever() } finally { await tools.test.forever() }
//= TIMEOUT
while (true) { try { call_tool('test', 'echo', {}) } catch (e) {} }
//= TIMEOUT
for (;;) await call_tool('test', 'fail', {})
//= TIMEOUT
(async () => { for (;;) await tools.test.echo({}).catch(() => {}) })(); await new Promise(() => {})
//= TIMEOUT
for (;;) console.log('x')
//= TIMEOUT
for (;;) { list_tools('test') }
//= TIMEOUT
for (;;) { search_tools('x'.repeat(100)) }
//= TIMEOUT
for (;;) JSON.parse('{"a":[1,2,3]}')
//= TIMEOUT
for (;;) new Intl.DateTimeFormat('en-US', { timeZone: 'Europe/Paris' }).format(0)
//= TIMEOUT
for (;;) new URL('http://a/' + 'x/../'.repeat(100))
//= TIMEOUT
for (;;) structuredClone({ a: [1, { b: 2 }] })
//= TIMEOUT
for (;;) eval('1 + 1')
//= TIMEOUT
for (;;) crypto.getRandomValues(new Uint8Array(1000))
//= TIMEOUT
class A { static { for (;;); } }
//= TIMEOUT
export default function () { for (;;); }
//= TIMEOUT
let n: number = 0; for (;;) n += 1
//= TIMEOUT
with_label: while (1) switch (1) { case 1: continue with_label }
//= TIMEOUT
Object.prototype.then = function () { for (;;); }; await 1; await {}
//= TIMEOUT
new (class extends Promise { constructor(f) { super(f); for (;;); } })(() => {})
//= TIMEOUT
let x = 2n; for (;;) x = (x * x) % 1000000007n
