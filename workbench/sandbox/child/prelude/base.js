// What every part of the prelude builds on: built-ins captured before a script can replace them, and the
// only reference to the host function.
//
// The prelude shares its realm with the script. So nothing in it may run through what a script can change:
// no method looked up on a value (only the captured ones), no iterator (for-of, spread, destructured
// arrays), no species (slice, concat, map), no array that inherits from Array.prototype (an index may
// have a setter there: `list()`), no descriptor or object literal that inherits (`__proto__: null`).
// What user code can be called by (a getter, a Proxy's trap, toJSON, toString) may throw, and is given
// nothing of ours. tests/sandbox/test_prelude.py holds that.
(function base(kit) {
  'use strict';
  const uncurry = Function.prototype.bind.bind(Function.prototype.call);
  const { getPrototypeOf, setPrototypeOf, defineProperty, keys, create, getOwnPropertyDescriptor, hasOwn } = Object;
  const push = uncurry(Array.prototype.push), slice = uncurry(String.prototype.slice);
  const host = kit.host, StringOf = String;

  const list = () => setPrototypeOf([], null);
  // A data property, as an assignment would make it, whatever the prototype says.
  const put = (object, key, value) => defineProperty(object, key,
    { __proto__: null, value, writable: true, configurable: true, enumerable: true });
  const hide = (object, key, value) => defineProperty(object, key,
    { __proto__: null, value, writable: true, configurable: true, enumerable: false });
  const attempt = f => { try { return f(); } catch (e) { return undefined; } };

  const captured = {
    list, put, hide, attempt, push, slice,
    uncurry, protoOf: getPrototypeOf, setProto: setPrototypeOf, define: defineProperty, keysOf: keys, create,
    descriptorOf: getOwnPropertyDescriptor, hasOwn, freeze: Object.freeze,
    isArray: Array.isArray, construct: Reflect.construct, apply: Reflect.apply,
    pop: uncurry(Array.prototype.pop), joined: uncurry(Array.prototype.join),
    split: (text, by) => setPrototypeOf(splitText(text, by), null),
    codePointAt: uncurry(String.prototype.codePointAt), repeated: uncurry(String.prototype.repeat),
    lower: uncurry(String.prototype.toLowerCase), isWellFormed: uncurry(String.prototype.isWellFormed),
    matches: uncurry(RegExp.prototype.exec),
    stringify: JSON.stringify, parse: JSON.parse, isRaw: JSON.isRawJSON,
    StringOf, NumberOf: Number, numberIn: uncurry(Number.prototype.valueOf), isFiniteNumber: Number.isFinite, isInteger: Number.isInteger,
    PromiseOf: Promise, then: uncurry(Promise.prototype.then),
    MapOf: Map, mapGet: uncurry(Map.prototype.get), mapSet: uncurry(Map.prototype.set),
    mapDelete: uncurry(Map.prototype.delete), mapForEach: uncurry(Map.prototype.forEach),
    mapSize: uncurry(getOwnPropertyDescriptor(Map.prototype, 'size').get),
    setForEach: uncurry(Set.prototype.forEach),
    WeakMapOf: WeakMap, weakGet: uncurry(WeakMap.prototype.get), weakSet: uncurry(WeakMap.prototype.set),
    ErrorOf: Error, TypeErrorOf: TypeError, RangeErrorOf: RangeError, isError: Error.isError,
    ProxyOf: Proxy, DateOf: Date, MathOf: Math,
    // quickjs strings built with + are ropes, which the Python binding cannot convert: flatten first.
    tell: text => host(slice('F' + text, 0)),
    ask: text => host(slice('B' + text, 0)),
    textOf: value => { const text = attempt(() => StringOf(value)); return text === undefined ? '[unprintable]' : text; },
  };
  // A library that most scripts never need: its text comes from the host, and what it makes is made once.
  const indirectEval = eval, libraries = new Map(), get = uncurry(Map.prototype.get), set = uncurry(Map.prototype.set);
  kit.library = name => {
    let make = get(libraries, name);
    if (make === undefined) {
      make = (0, indirectEval)(kit.below() + host('P' + name))(kit);
      set(libraries, name, make);
    }
    return make;
  };
  const splitText = uncurry(String.prototype.split);
  for (const name of keys(captured)) kit[name] = captured[name];
})
