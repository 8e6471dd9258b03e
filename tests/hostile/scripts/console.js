// A console that is misused: lines are bounded, nothing of it ends the script.
//= ok 1
for (let i = 0; i < 3e4; i++) console.log(i); 1
//= ok 1
console.log('x'.repeat(1e7)); 1
//= ok 1
for (let i = 0; i < 200; i++) console.log('x'.repeat(1e5)); 1
//= ok 1
console.log(new Proxy({}, { get() { throw 1 }, ownKeys() { throw 2 }, getPrototypeOf() { throw 3 } })); 1
//= ok 1
console.log({ toString() { throw 1 }, toJSON() { throw 2 }, [Symbol.toPrimitive]() { throw 3 }, get [Symbol.toStringTag]() { throw 4 } }); 1
//= ok 1
console.log('%s', { toString() { for (;;); } }, { toString() { for (;;); }, toJSON() { for (;;); } }); 1
//= ok 1
const a = []; a.push(a); a.x = { a }; console.log(a); console.table(a); console.dir(a); 1
//= ok 1
console.log('%s %d %i %f %j %o %O %c %%', Symbol('x'), Symbol('y'), {}, [], 1n, undefined); console.log('%'.repeat(1e4)); 1
//= ok 1
for (let i = 0; i < 1e4; i++) console.group('g'); console.log('deep'); for (let i = 0; i < 2e4; i++) console.groupEnd(); 1
//= ok 1
console.count({ toString: () => 'x' }); console.time(); console.timeEnd('never'); console.countReset('never'); console.assert(); console.trace(); 1
//= ok 1
console.table(Array.from({ length: 2000 }, (_, i) => ({ ['c' + i]: i }))); 1
//= ok 1
console.table({ length: 1e9 }); console.table(null); console.table('x'); console.table(new Map([[{}, {}]])); 1
//= ok 1
console.log('\u001b]52;c;aGk=\u0007\u009b2J\u202e\u2028\ud800'); 1
//= ok 1
console.log(...new Array(1e4).fill('x')); 1
//= ok 1
console.log = null; console = null; 1
//= ok 1
Object.freeze(console); console.log('x'); 1
//= ok 1
console.log(globalThis); console.dir(globalThis, { depth: Infinity }); 1
//= ok 1
let o = {}; for (let i = 0; i < 1e4; i++) o = { o }; console.log(o); console.dir(o, { depth: 1e9 }); 1
//= ok 1
const e = new Error('x'); e.cause = e; e.stack = { toString() { throw 1 } }; console.error(e); 1
//= ok 1
console.log.call(undefined, 1); console.log.apply(null, [1, 2]); new Function('console.log(1)')(); 1
