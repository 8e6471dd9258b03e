// Recursion, and texts and values nested without end.
//= RUNTIME_ERROR
(function f() { f() })()
//= RUNTIME_ERROR
const f = () => f(); f()
//= RUNTIME_ERROR
async function f() { await f() } await f()
//= RUNTIME_ERROR
function* g() { yield* g() } [...g()]
//= RUNTIME_ERROR
class A { get x() { return this.x } } new A().x
//= RUNTIME_ERROR
const p = new Proxy({}, { get: (t, k, r) => r[k] }); p.x
//= RUNTIME_ERROR
const o = { toString() { return `${this}` } }; `${o}`
//= RUNTIME_ERROR
const o = { toJSON() { return JSON.stringify(this) } }; JSON.stringify(o)
//= RUNTIME_ERROR
const o = { valueOf() { return +this } }; +o
//= RUNTIME_ERROR
function F() { return new F() } new F()
//= RUNTIME_ERROR
[1].map(function f() { return [1].map(f) })
//= RUNTIME_ERROR
'x'.replace(/x/, function f() { return 'x'.replace(/x/, f) })
//= RUNTIME_ERROR
Object.defineProperty(globalThis, 'deep', { get: () => deep }); deep
//= RUNTIME_ERROR
const a = []; a[0] = a; a.flat(Infinity)
//= RUNTIME_ERROR
const a = [1]; a[1] = a; a.toString().replace(/\d/g, '')
//= RUNTIME_ERROR
let f = () => 1; for (let i = 0; i < 1e5; i++) { const g = f; f = () => g() } f()
//= RUNTIME_ERROR|MEMORY_LIMIT_EXCEEDED
let f = x => x; for (let i = 0; i < 1e4; i++) f = f.bind(null); f(1)
//= RUNTIME_ERROR
let p = {}; for (let i = 0; i < 3e4; i++) p = new Proxy(p, {}); p.x
//= ok
let p = Object.create(null); for (let i = 0; i < 1e5; i++) p = Object.create(p); p.x === undefined
//= RUNTIME_ERROR
JSON.parse('['.repeat(200000))
//= RUNTIME_ERROR
JSON.parse('{"a":'.repeat(100000) + '1' + '}'.repeat(100000))
//= RUNTIME_ERROR
let a = []; for (let i = 0; i < 2e4; i++) a = [a]; JSON.stringify(a)
//= RUNTIME_ERROR
let a = []; for (let i = 0; i < 1e5; i++) a = [a]; structuredClone(a)
//= SERIALIZATION_ERROR
let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; o
//= SERIALIZATION_ERROR
let a = []; for (let i = 0; i < 600; i++) a = [a]; a
//= ok
let a = []; for (let i = 0; i < 1e5; i++) a = [a]; console.log(a); 1
//= ok "SERIALIZATION_ERROR"
let a = []; for (let i = 0; i < 1e5; i++) a = [a]; call_tool('test', 'echo', { a }).error.code
//= RUNTIME_ERROR
new RegExp('('.repeat(50000) + ')'.repeat(50000)).test('x')
//= RUNTIME_ERROR
eval('('.repeat(100000))
//= RUNTIME_ERROR
eval('[' .repeat(50000) + ']'.repeat(50000)); new Function('{'.repeat(100000))
//= RUNTIME_ERROR
let e = new Error('x'); for (;;) { (function f() { try { f() } catch (x) { throw x } })() }
//= SYNTAX_ERROR
<<repeat "(" 100000>>
//= SYNTAX_ERROR
<<repeat "[" 100000>>
//= SYNTAX_ERROR
<<repeat "await " 50000>>1
//= SYNTAX_ERROR
await 1;<<repeat "{" 100000>>
//= SYNTAX_ERROR
<<repeat "if(1)" 20000>>1
//= SYNTAX_ERROR
`<<repeat "${`" 50000>>
//= SYNTAX_ERROR
<<repeat "!" 200000>>
//= ok 1
<<repeat "-+" 2000>>1
//= ok 20001
1<<repeat "+1" 20000>>
//= SYNTAX_ERROR|RUNTIME_ERROR
x=><<repeat "x=>" 50000>>1
//= SYNTAX_ERROR|RUNTIME_ERROR
a<<repeat ".a" 200000>>
//= SYNTAX_ERROR|RUNTIME_ERROR
f<<repeat "()" 100000>>
//= ok
let x: <<repeat "Array<" 20000>>number<<repeat ">" 20000>> = 1
