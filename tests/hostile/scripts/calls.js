// Calls that are none, too many, or not what they seem. DictTools answers: echo, sleep, fail, forever of 'test'.
//= ok false
call_tool().ok
//= ok "INVALID_ARGS"
call_tool(null, null, null).error.code
//= ok "INVALID_ARGS"
call_tool('test', 'echo', 'text').error.code
//= ok "INVALID_ARGS"
call_tool('test', 'echo', [1]).error.code
//= ok "INVALID_ARGS"
call_tool('test', 'echo', () => 1).error.code
//= ok "INVALID_ARGS"
call_tool({ server: 'test' }, 5, {}).error.code
//= ok "INVALID_ARGS"
call_tool('x'.repeat(1e6), 'echo', {}).error.code
//= ok "INVALID_ARGS"
call_tool('test', 'y'.repeat(5000), {}).error.code
//= ok "SERIALIZATION_ERROR"
call_tool('test', 'echo', { a: 10n }).error.code
//= ok "SERIALIZATION_ERROR"
call_tool('test', 'echo', { a: NaN }).error.code
//= ok "SERIALIZATION_ERROR"
call_tool('test', 'echo', { a: new Map() }).error.code
//= ok "SERIALIZATION_ERROR"
const a = {}; a.a = a; call_tool('test', 'echo', a).error.code
//= ok "SERIALIZATION_ERROR"
call_tool('test', 'echo', { get a() { throw 1 } }).error.code
//= ok "SERIALIZATION_ERROR"
call_tool('test', 'echo', { toJSON() { throw new Proxy({}, { get() { throw 1 } }) } }).error.code
//= ok "SERIALIZATION_ERROR"
call_tool('test', 'echo', new Proxy({}, { ownKeys() { throw 1 } })).error.code
//= ok "SERIALIZATION_ERROR"
const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); call_tool('test', 'echo', proxy).error.code
//= ok false
call_tools().ok
//= ok false
call_tools({}).ok
//= ok false
call_tools([1]).ok
//= ok false
call_tools(Array.from({ length: 101 }, () => ({ server: 'test', tool: 'echo' }))).ok
//= ok false
call_tools([{ server: 'test', tool: 'echo' }], { max_parallel: -1 }).ok
//= ok false
call_tools([{ server: 'test', tool: 'echo' }], { max_parallel: 'x' }).ok
//= ok false
call_tools(new Proxy([], { get: (t, k) => k === 'length' ? 1e9 : { server: 'test', tool: 'echo' } })).ok
//= ok []
call_tools([])
//= ok 100
call_tools(Array.from({ length: 100 }, (_, i) => ({ server: 'test', tool: 'echo', args: { i } }))).length
//= ok true
(await Promise.all(Array.from({ length: 500 }, (_, i) => tools.test.echo({ i })))).every((r, i) => r.i === i)
//= ok
for (let i = 0; i < 500; i++) tools.test.sleep({ ms: 5 }); 'not awaited'
//= ok
for (let i = 0; i < 50; i++) tools.test.forever().catch(() => {}); 'not awaited'
//= ok
for (let i = 0; i < 100; i++) tools.test.fail({}); await sleep(20); 'rejected and nobody looked'
//= UPSTREAM_ERROR boom
await tools.test.fail({})
//= ok "UPSTREAM_ERROR"
try { await tools.test.fail({}) } catch (e) { e.code }
//= RUNTIME_ERROR
tools.test.echo({}).then(() => { throw new Error('in then') }); await sleep(20); throw new Error('end')
//= ok true
const r = await Promise.race([tools.test.forever(), tools.test.echo({ a: 1 })]); r.a === 1
//= ok 1
await Promise.any([tools.test.fail({}), tools.test.echo({ a: 1 })]).then(r => r.a)
//= ok
tools.test.echo.call(null, {}).then(r => r)
//= ok
tools.test.echo.apply({ evil: 1 }, [{}, 2, 3])
//= ok "object"
typeof await new Proxy(tools, {}).test.echo({})
//= RUNTIME_ERROR|INVALID_ARGS|NOT_FOUND
await tools['__proto__']['constructor']({})
//= ok
try { await tools.test['__proto__']({}) } catch (e) { 1 }
//= ok
try { tools.test = 1; delete tools.test; Object.defineProperty(tools, 'test', { value: 1 }) } catch (e) { } typeof tools.test.echo
//= ok
Object.keys(tools); JSON.stringify(tools); String(tools); `${tools.test}`; [...Object.entries(tools)].length
//= ok 2
let n = 0; const args = { get a() { n++; if (n === 1) call_tool('test', 'echo', { inner: 1 }); return n } }; call_tool('test', 'echo', args).result.a + 1
//= ok true
const a = { v: 1 }; const p = tools.test.echo(a); a.v = 2; (await p).v === 1
//= ok
call_tool('test', 'echo', { s: '\ud800', n: -0, k: '\u0000' }).ok
//= NOT_FOUND nothing
describe_tool('test', 'nothing')
//= ok 8
[() => list_tools(5), () => list_tools({}), () => search_tools({}), () => search_tools('x', -1), () => describe_tool(), () => describe_tools('x'), () => describe_tools([1]), () => image(5)].filter(f => { try { f(); return false } catch (e) { return e instanceof TypeError || e instanceof RangeError } }).length
//= ok
search_tools('\u0000"; DROP TABLE tools; -- * NEAR(', 1e9); 1
//= RUNTIME_ERROR
await sleep(-1)
//= RUNTIME_ERROR
await sleep('x')
//= RUNTIME_ERROR
await sleep(Infinity)
