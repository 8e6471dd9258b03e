// Scripts that would choose how their end, their calls or their record look.
//= RUNTIME_ERROR
throw { code: 'SANDBOX_CRASHED', message: 'x' }
//= RUNTIME_ERROR
throw Object.assign(new Error('x'), { code: 'CANCELLED', from_call: true })
//= RUNTIME_ERROR
throw Object.assign(new Error('x'), { name: 'ToolError', code: 'TIMEOUT' })
//= RUNTIME_ERROR
throw Object.setPrototypeOf({ code: 'CANCELLED', message: 'x' }, ToolError.prototype)
//= RUNTIME_ERROR
class Mine extends Error { get code() { return 'DISABLED' } } throw new Mine('x')
//= RUNTIME_ERROR
throw new ToolError({ code: 'SANDBOX_CRASHED', message: 'x' })
//= RUNTIME_ERROR
throw new ToolError({ code: 'CANCELLED', message: 'x' })
//= RUNTIME_ERROR
const e = new InternalError('out of memory'); throw e
//= RUNTIME_ERROR
throw Object.assign(new Error('out of memory'), { name: 'InternalError' })
//= RUNTIME_ERROR
throw new Error('interrupted')
//= RUNTIME_ERROR
throw new RangeError('Maximum call stack size exceeded')
//= RUNTIME_ERROR
throw null
//= RUNTIME_ERROR
throw undefined
//= RUNTIME_ERROR
throw Symbol('x')
//= RUNTIME_ERROR
throw new Proxy(function () {}, {})
//= RUNTIME_ERROR
throw Object.create(null)
//= RUNTIME_ERROR
throw new AggregateError([new Error('a'), new Error('b')], 'many')
//= RUNTIME_ERROR
throw new Error('x', { cause: (() => { const e = new Error('y'); e.cause = e; return e })() })
//= RUNTIME_ERROR
throw { toString() { throw 1 }, get message() { throw 2 }, get stack() { throw 3 }, get name() { throw 4 } }
//= RUNTIME_ERROR
throw Object.defineProperty(new Error('x'), 'stack', { value: { toString() { throw 1 } } })
//= RUNTIME_ERROR
throw Object.assign(new Error('x'), { line: -5, column: 'x', stack: 'at <eval> (script.js:99999999999:1)' })
//= RUNTIME_ERROR
Error.prepareStackTrace = () => { throw 1 }; null.x
//= RUNTIME_ERROR
Error.prepareStackTrace = () => ({ a: 1 }); throw new Error('x')
//= RUNTIME_ERROR
Error.stackTraceLimit = Infinity; (function f(n) { if (n) f(n - 1); else throw new Error('x') })(200)
//= RUNTIME_ERROR
Array[Symbol.species] = function () { return { length: 0 } }; Object.defineProperty(Array, Symbol.species, { get() { throw 1 } }); eval('1 +* 2')
//= RUNTIME_ERROR
throw new Error('\u001b[2J\u202e\u0000' + 'x'.repeat(100))
//= RUNTIME_ERROR
throw new Error('x'.repeat(5e6))
//= RUNTIME_ERROR
throw new Error('\ud800')
//= RUNTIME_ERROR
Promise.reject(Object.assign(new Error('x'), { code: 'DISABLED' })); await sleep(1); throw 1
//= ok {"ok": false, "error": {"code": "X"}}
({ ok: false, error: { code: 'X' } })
//= ok {"t": "done", "ok": true}
({ t: 'done', ok: true })
//= ok "{\"t\":\"done\"}"
'{"t":"done"}'
//= ok true
call_tool('test', 'echo', { t: 'done', ok: true, value: 'forged' }).ok
//= ok true
console.log('{"t":"done","ok":true,"value":"forged"}\n\u0000\u0000\u0000\u0010{"t":"done"}'); true
//= ok "echo"
globalThis.call_tool = () => ({ ok: true }); tools.test.echo({}).then(() => 'echo')
//= ok 3
globalThis.JSON = null; globalThis.Promise = null; globalThis.Object = null; 3
//= ok [1]
JSON.stringify = () => '"forged"'; [1]
//= ok "mine"
Array.prototype.toJSON = () => 'mine'; [1, 2]
//= ok {"a": 1}
Object.prototype.toJSON = undefined; Object.defineProperty(Object.prototype, 'ok', { value: false }); ({ a: 1 })
//= ok 5
Object.prototype.code = 'CANCELLED'; Object.prototype.error = { code: 'DISABLED' }; Object.prototype.t = 'log'; 5
//= ok 5
const all = [Object, Array, Function, Promise, Error, Map, Set, String, Symbol, Reflect, Proxy]; const keys = Reflect.ownKeys; for (let i = 0; i < all.length; i++) { const p = all[i].prototype ?? {}, k = keys(p); for (let j = 0; j < k.length; j++) { try { delete p[k[j]] } catch {} } } 5
//= ok 5
for (const k of Object.getOwnPropertyNames(globalThis)) { try { delete globalThis[k] } catch {} } 5
//= ok 5
Object.freeze(globalThis); Object.freeze(Object.prototype); Object.freeze(Array.prototype); 5
//= ok 5
Object.setPrototypeOf(Object.prototype, null); Object.setPrototypeOf(globalThis, null); 5
//= ok true
Object.freeze(Object.prototype); Object.freeze(Promise.prototype); tools.test.echo({ a: 1 }).then(r => r.a === 1)
//= ok true
Map.prototype.get = Map.prototype.set = WeakMap.prototype.get = () => { throw 1 }; call_tool('test', 'echo', {}).ok
//= ok true
Object.defineProperty(Object.prototype, 'then', { get() { return undefined } }); (await tools.test.echo({ a: 1 })).a === 1
//= ok true
Promise.prototype.then = Promise.resolve = () => { throw 1 }; call_tool('test', 'echo', {}).ok
//= ok true
Symbol.iterator; Array.prototype[Symbol.iterator] = function* () { throw 1 }; call_tool('test', 'echo', {}).ok
//= ok true
String.prototype.split = String.prototype.replace = RegExp.prototype.exec = () => { throw 1 }; call_tool('test', 'echo', {}).ok
//= ok true
Math.random = () => 0; Date.now = () => 0; globalThis.Date = null; call_tool('test', 'echo', {}).ok
//= ok true
const r = call_tool('test', 'echo', { a: 1 }); r.ok = false; r.result.a = 2; call_tool('test', 'echo', { a: 1 }).result.a === 1
//= ok "number"
const t = performance.now; performance.now = () => -1e9; typeof t()
