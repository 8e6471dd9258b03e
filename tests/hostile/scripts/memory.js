// Scripts that want all memory. Run with a limit of 16 MB; nothing of them may be caught.
//= MEMORY_LIMIT_EXCEEDED
const a = []; while (true) a.push(new Array(1e5).fill(1))
//= MEMORY_LIMIT_EXCEEDED
const a = []; while (true) a.push({})
//= MEMORY_LIMIT_EXCEEDED
const a = []; while (true) a.push(new ArrayBuffer(1e6))
//= MEMORY_LIMIT_EXCEEDED
const a = []; while (true) a.push('abc' + a.length)
//= MEMORY_LIMIT_EXCEEDED
const a = []; while (true) a.push(() => a)
//= MEMORY_LIMIT_EXCEEDED
const a = []; while (true) a.push(Symbol(a.length))
//= MEMORY_LIMIT_EXCEEDED
const a = []; while (true) a.push(/x/g)
//= MEMORY_LIMIT_EXCEEDED
const a = []; while (true) a.push(new Error('x'))
//= MEMORY_LIMIT_EXCEEDED
const a = []; while (true) a.push(new Date())
//= MEMORY_LIMIT_EXCEEDED
const a = []; while (true) a.push(new Proxy({}, {}))
//= MEMORY_LIMIT_EXCEEDED
const a = []; while (true) a.push(new Promise(() => {}))
//= MEMORY_LIMIT_EXCEEDED
const a = []; while (true) a.push(function* () {}())
//= MEMORY_LIMIT_EXCEEDED
const a = []; while (true) a.push(new Uint8Array(1e5))
//= MEMORY_LIMIT_EXCEEDED
const a = []; while (true) a.push(new URL('http://example.com/?a=1'))
//= MEMORY_LIMIT_EXCEEDED
const a = []; const o = Array.from({ length: 1000 }, () => 'x'.repeat(1000)); while (true) a.push(structuredClone(o))
//= MEMORY_LIMIT_EXCEEDED
const a = []; while (true) a.push(eval('(function () { return ' + a.length + ' })'))
//= MEMORY_LIMIT_EXCEEDED
let o = {}; while (true) o = { o }
//= MEMORY_LIMIT_EXCEEDED
let s = 'x'; while (true) s += s
//= MEMORY_LIMIT_EXCEEDED
let s = 'é'; while (true) s = `${s}${s}`
//= MEMORY_LIMIT_EXCEEDED
'x'.repeat(2 ** 29)
//= MEMORY_LIMIT_EXCEEDED
'x'.padStart(2 ** 29)
//= MEMORY_LIMIT_EXCEEDED
new Uint8Array(2 ** 30)
//= MEMORY_LIMIT_EXCEEDED
new ArrayBuffer(2 ** 30)
//= MEMORY_LIMIT_EXCEEDED
new Array(5e7).fill(0).length
//= MEMORY_LIMIT_EXCEEDED
new Array(1e6).fill('x'.repeat(100)).join('')
//= MEMORY_LIMIT_EXCEEDED
'x'.repeat(1e6).split('').map(x => [x])
//= MEMORY_LIMIT_EXCEEDED
'ab'.repeat(1e6).replace(/a/g, 'x'.repeat(100))
//= MEMORY_LIMIT_EXCEEDED
const m = new Map(); for (let i = 0; ; i++) m.set(i, i)
//= MEMORY_LIMIT_EXCEEDED
const m = new Set(); for (let i = 0; ; i++) m.add({})
//= MEMORY_LIMIT_EXCEEDED
const o = {}; for (let i = 0; ; i++) o['key' + i] = i
//= MEMORY_LIMIT_EXCEEDED
for (let i = 0; ; i++) globalThis['g' + i] = i
//= RUNTIME_ERROR too many arguments
(function f(...a) { f(...a, ...a) })(1)
//= RUNTIME_ERROR too many arguments
const a = [1]; while (true) a.push(...a)
//= MEMORY_LIMIT_EXCEEDED
const a = [[1]]; while (true) a[0] = a[0].concat(a[0])
//= MEMORY_LIMIT_EXCEEDED
const s = JSON.stringify('x'.repeat(1e7)); const a = []; for (;;) a.push(JSON.parse(s))
//= MEMORY_LIMIT_EXCEEDED
const a = []; for (;;) a.push(new TextEncoder().encode('x'.repeat(1e5)))
//= MEMORY_LIMIT_EXCEEDED
const a = []; for (;;) a.push(btoa('x'.repeat(1e5)))
//= MEMORY_LIMIT_EXCEEDED
(function f() { new Promise(() => {}).then(f); Promise.resolve([]).then(f); Promise.resolve([]).then(f) })(); await sleep(1e6)
//= MEMORY_LIMIT_EXCEEDED
for (;;) setTimeout(() => {}, 1e6, new Array(1000).fill(0))
//= MEMORY_LIMIT_EXCEEDED
const a = []; for (;;) a.push(call_tool('test', 'echo', { v: 'x'.repeat(1e5) }))
//= MEMORY_LIMIT_EXCEEDED
const a = []; for (;;) a.push(await tools.test.echo({ v: 'x'.repeat(1e5) }))
//= MEMORY_LIMIT_EXCEEDED
const v = 'x'.repeat(1e6); for (;;) tools.test.echo({ v }).catch(() => {})
//= MEMORY_LIMIT_EXCEEDED
const o = { toJSON() { const a = []; for (;;) a.push([]) } }; o
//= MEMORY_LIMIT_EXCEEDED
throw { get message() { const a = []; for (;;) a.push([]) } }
//= MEMORY_LIMIT_EXCEEDED
let g; try { const a = []; for (;;) a.push({}) } catch (e) { g = e } finally { g = 'mine' } g
//= MEMORY_LIMIT_EXCEEDED
for (;;) { try { const a = []; for (;;) a.push('x'.repeat(1e6)) } catch {} }
//= MEMORY_LIMIT_EXCEEDED
await (async () => { const a = []; for (;;) a.push(new Array(1e4).fill()) })().catch(() => 'caught')
//= MEMORY_LIMIT_EXCEEDED
Promise.resolve().then(() => { const a = []; for (;;) a.push({}) }).catch(() => 1); await sleep(50); 'went on'
//= MEMORY_LIMIT_EXCEEDED
setTimeout(() => { const a = []; for (;;) a.push({}) }); await sleep(50); 'went on'
//= MEMORY_LIMIT_EXCEEDED
try { new Uint8Array(2 ** 30) } catch (e) { 'caught' }
//= MEMORY_LIMIT_EXCEEDED
try { 'x'.repeat(2 ** 29) } catch (e) { 'caught' }
//= MEMORY_LIMIT_EXCEEDED|RUNTIME_ERROR
let n = 1n; while (true) n = n * 3n ** 100000n
//= MEMORY_LIMIT_EXCEEDED|RUNTIME_ERROR
2n ** 1000000000n
//= RUNTIME_ERROR RangeError
new Array(-1)
//= RUNTIME_ERROR RangeError
'x'.repeat(2 ** 40)
//= RUNTIME_ERROR RangeError
new ArrayBuffer(2 ** 53)
//= MEMORY_LIMIT_EXCEEDED
try { 'x'.repeat(4e5).split('').map(x => [x]) } catch (e) { 'caught ' + e }
//= MEMORY_LIMIT_EXCEEDED
try { 'ab'.repeat(4e5).replace(/a/g, 'x'.repeat(100)) } catch (e) { 'caught ' + e }
