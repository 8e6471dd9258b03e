// What looks for the host: there is nothing to be found. Globals of hosts are not there; ways to code lead to code without rights.
//= ok []
['process', 'require', 'module', 'exports', '__dirname', 'Deno', 'Bun', 'window', 'self', 'document', 'fetch', 'XMLHttpRequest', 'WebSocket', 'Worker', 'importScripts', 'Buffer', 'global', 'os', 'std', 'bjson', 'navigator', 'localStorage', 'WebAssembly', 'print', 'load', 'read', 'readline', 'gc', 'scriptArgs', 'alert', 'postMessage', 'System', 'java', 'Packages', '__loadScript', 'quit', 'version', 'native', 'Java', 'Python', 'pm', 'EventSource', 'indexedDB', 'caches', 'SharedWorker', 'BroadcastChannel'].filter(name => name in globalThis || eval(`typeof ${name}`) !== 'undefined')
//= RUNTIME_ERROR
require('fs').readFileSync('/etc/passwd', 'utf8')
//= RUNTIME_ERROR
process.exit(0)
//= RUNTIME_ERROR
process.env.HOME
//= RUNTIME_ERROR
Deno.readTextFileSync('/etc/passwd')
//= RUNTIME_ERROR
await fetch('http://127.0.0.1:1/')
//= RUNTIME_ERROR|SYNTAX_ERROR
await import('os')
//= RUNTIME_ERROR|SYNTAX_ERROR
await import('std')
//= RUNTIME_ERROR|SYNTAX_ERROR
await import('/etc/passwd')
//= RUNTIME_ERROR|SYNTAX_ERROR
await import('data:text/javascript,export default 1')
//= RUNTIME_ERROR|SYNTAX_ERROR
await import('./script.js')
//= SYNTAX_ERROR|RUNTIME_ERROR
import os from 'os'; os.exec(['id'])
//= SYNTAX_ERROR|RUNTIME_ERROR
import * as std from 'std'; std.loadFile('/etc/passwd')
//= SYNTAX_ERROR|RUNTIME_ERROR
export * from '/etc/passwd'
//= RUNTIME_ERROR|SYNTAX_ERROR
import.meta.url.length; undefined.x
//= RUNTIME_ERROR
new Worker('data:,')
//= RUNTIME_ERROR
WebAssembly.compile(new Uint8Array(8))
//= ok "undefined"
(0, eval)('typeof process')
//= ok "undefined"
new Function('return typeof require')()
//= ok "undefined"
(async () => {}).constructor('return typeof process')().then(x => x)
//= ok "undefined"
(function* () {}).constructor('yield typeof os')().next().value
//= ok "undefined"
[].constructor.constructor('return typeof std')()
//= ok "undefined"
call_tool.constructor('return typeof process')()
//= ok "undefined"
console.log.constructor('return typeof require')()
//= ok "undefined"
tools.test.echo.constructor('return this.process === undefined ? "undefined" : "there"')()
//= ok null
Object.getPrototypeOf(tools)
//= ok true
call_tool('test', 'echo', {}).constructor.constructor('return this')() === globalThis
//= ok true
(function () { return this })() === globalThis
//= ok true
const e = (() => { try { null.x } catch (e) { return e } })(); e.constructor.constructor('return this')() === globalThis
//= ok []
Object.getOwnPropertyNames(globalThis).filter(name => /^_|worker|host|channel|native|zygote|pipe|socket|frame|dispatch/i.test(name) && !/^(__defineGetter__|__defineSetter__|__lookupGetter__|__lookupSetter__|__proto__)$/.test(name) && !['Worker'].includes(name))
//= ok []
Object.getOwnPropertySymbols(globalThis).map(String).filter(name => !name.startsWith('Symbol(Symbol.'))
//= ok 0
Object.getOwnPropertySymbols(tools).length + Object.getOwnPropertySymbols(call_tool).length
//= ok null
const seen = []; Error.prepareStackTrace = (e, sites) => { for (const s of sites) { try { const f = s.getFunction && s.getFunction(); if (f && !String(f).includes('call_tool')) seen.push(String(f)) } catch {} } return '' }; try { tools.test.echo(1n) } catch (e) { e.stack } seen.find(text => /frame|send|host/.test(text)) ?? null
//= ok null
let found = null; const old = Function.prototype.call; Function.prototype.call = function (...a) { found = [this, ...a]; return Reflect.apply(old, this, a) }; call_tool('test', 'echo', {}); console.log(1); found
//= ok null
let found = null; const push = Array.prototype.push; Array.prototype.push = function (...a) { found = a; return Reflect.apply(push, this, a) }; call_tools([{ server: 'test', tool: 'echo' }]); found
//= ok null
let found = null; Object.defineProperty(Object.prototype, 'server', { set(v) { found = this }, get() { return undefined }, configurable: true }); call_tool('test', 'echo', {}); found
//= ok true
let found = null; Object.defineProperty(Array.prototype, 0, { set(v) { found = v }, configurable: true }); console.log('a', 'b'); call_tool('test', 'echo', { mine: 1 }); found === null || Object.keys(found).join() === 'mine'
//= ok null
let found = null; const stringify = JSON.stringify; JSON.stringify = v => { found = v; return stringify(v) }; call_tool('test', 'echo', { a: 1 }); found
//= ok null
let found = null; const parse = JSON.parse; JSON.parse = t => { found = t; return parse(t) }; call_tool('test', 'echo', { a: 1 }); found
//= ok null
let found = null; const then = Promise.prototype.then; Promise.prototype.then = function (...a) { found = String(a); return Reflect.apply(then, this, a) }; const r = tools.test.echo({}); found
//= ok "denied"
try { call_tool.caller; call_tool.arguments; 'open' } catch { 'denied' }
//= ok "denied"
(function f() { try { return f.caller, 'open' } catch { return 'denied' } })() && (() => { 'use strict'; try { return arguments.callee } catch { return 'denied' } })() && 'denied'
//= ok {"proto": true}
const o = Object.create(null); ({ proto: Object.getPrototypeOf(JSON.parse('{"__proto__": {"x": 1}}')) === Object.prototype })
//= ok 7
const { constructor } = (() => {}); constructor('a', 'return a + this.Math.max(1, 2)')(5)
//= ok "ReferenceError"
try { __filename } catch (e) { e.name }
//= ok "function"
typeof Reflect.construct(Function, ['return 1'])
//= ok true
Object.keys(input).length === 0 && input.constructor.constructor === Function
//= RUNTIME_ERROR
new (Object.getPrototypeOf(async function* () {}).constructor)('await import("os")')().next().then(r => { throw r })
//= ok "undefined"
new Proxy(function () {}, { apply: (t, self) => typeof self }) ()
//= RUNTIME_ERROR|MEMORY_LIMIT_EXCEEDED
new SharedArrayBuffer(2 ** 52)
//= ok
const b = new ArrayBuffer(8, { maxByteLength: 64 }); const v = new DataView(b); b.resize(64); b.resize(0); try { v.getInt8(0) } catch (e) { e.name }
//= RUNTIME_ERROR TypeError
const a = new Uint8Array(8); structuredClone(a, { transfer: [a.buffer] })
//= RUNTIME_ERROR ReferenceError
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
//= RUNTIME_ERROR ReferenceError
new FinalizationRegistry(() => {})
//= RUNTIME_ERROR ReferenceError
new WeakRef({})
//= ok
const a = [1.1, 2.2, 3.3]; a.sort(() => { a.length = 0; return 1 }); [a.length]
//= ok
const a = new Array(100).fill(1); JSON.stringify(a.map((x, i) => { if (i === 3) a.length = 1; return i })).length
//= ok
const a = [1, 2, 3]; a.splice({ valueOf() { a.length = 0; return 0 } }, 3); a.length
//= ok
const u = new Uint32Array(1e4); u.set({ length: 3, get 0() { u.buffer.transfer?.(0); return 1 }, 1: 2, 2: 3 }); 1
//= ok
const m = new Map([[1, 1]]); let n = 0; for (const [k] of m) { m.delete(k); if (++n < 1000) m.set(n + 1, 1) } n
//= ok
const r = /x/y; r.lastIndex = { valueOf() { r.compile('y'.repeat(100)); return 0 } }; r.test('x'); 1
//= ok
class A extends Array { static get [Symbol.species]() { return function (n) { return { length: 0 } } } } try { new A(1, 2, 3).map(x => x).length; 1 } catch (e) { 2 }
//= ok
const d = new Date(NaN); d.setTime({ valueOf() { return 8.64e15 } }); [d.getTime()]
//= ok
const it = [1, 2, 3][Symbol.iterator](); Object.getPrototypeOf(it).next.call(it); try { Object.getPrototypeOf(it).next.call({}) } catch (e) { e.name }
//= ok
const g = (function* () { try { yield 1 } finally { g.next() } })(); g.next(); try { g.return(1) } catch (e) { e.name }
