// Values as JSON, strictly: what JSON.stringify would silently change is refused with its path and the cure.
(function values(kit) {
  'use strict';
  const { list, push, attempt, protoOf, keysOf, isArray, matches, stringify, parse, isRaw, numberIn, uncurry, StringOf, NumberOf,
          WeakMapOf, weakGet, weakSet, host, slice, split, isWellFormed } = kit;
  const objectProto = Object.prototype, arrayProto = Array.prototype;
  const iteratorProto = protoOf(protoOf([].values())), asyncIteratorProto = protoOf(protoOf((async function* () {}).prototype));

  // [prototype, what a value with it is called, the cure]
  const brands = list();
  const brand = (proto, what, cure) => { const row = { __proto__: null, proto, what, cure }; push(brands, row); return row; };
  const brandMap = brand(Map.prototype, 'a Map', 'use Object.fromEntries(map)');
  const brandSet = brand(Set.prototype, 'a Set', 'use [...set]');
  const brandPromise = brand(Promise.prototype, 'a Promise', 'await it first');
  const brandError = brand(Error.prototype, 'an Error', 'use String(error) or error.message');
  const brandRegExp = brand(RegExp.prototype, 'a RegExp', 'use String(regexp)');
  brand(iteratorProto, 'an iterator', 'use [...iterator]');
  brand(asyncIteratorProto, 'an async iterator', 'use await Array.fromAsync(iterator)');
  brand(WeakMap.prototype, 'a WeakMap', '');
  brand(WeakSet.prototype, 'a WeakSet', '');
  brand(ArrayBuffer.prototype, 'an ArrayBuffer', 'use Array.from(new Uint8Array(buffer))');
  const brandBytes = brand(protoOf(Uint8Array.prototype), 'a typed array', 'use Array.from(array)');
  brand(DataView.prototype, 'a DataView', '');
  brand(BigInt.prototype, 'a BigInt', 'use String(x) or Number(x)');
  brand(Symbol.prototype, 'a symbol', 'use its description');
  const brandNumber = brand(Number.prototype, '', '');

  // Which of these a value is, or null; a Proxy may say anything, and nothing that it throws gets out.
  function brandOf(value) {
    try {
      let proto = protoOf(value);
      if (proto === objectProto || proto === arrayProto) return null;
      for (let depth = 0; proto !== null && depth < 64; depth++) {
        for (let i = 0; i < brands.length; i++) if (proto === brands[i].proto) return brands[i];
        proto = protoOf(proto);
      }
    } catch (e) { /* it has none, then */ }
    return null;
  }
  const isList = value => attempt(() => isArray(value)) === true;

  // Functions of ours that are no plain functions to a user -> {what, cure}.
  const special = new WeakMapOf();
  const identifier = /^[A-Za-z_$][\w$]*$/;
  const MAX_DEPTH = 500;
  let hasBlanks = false; // whether an undefined was left out, or became null, the last time
  let refused = null; // the last refusal: so that what user code throws is not taken for one

  // The engine writes a text letter by letter, 4 ms a megabyte. Where the host finds nothing in it that JSON
  // escapes, it stands as it is; it is shown piece by piece: few pages, used again.
  const LONG = 1 << 15, SHOWN = 1 << 16, HELD = 'a long text stands here';
  function quoted(text) {
    for (let i = 0; i < text.length; i += SHOWN) {
      const piece = slice(text, i, i + SHOWN); // what ends within a letter has one that is escaped, or not of ASCII
      // The host says how much it found plain: a text ends for it where a NUL is.
      if (!isWellFormed(piece) || host(slice('J' + piece, 0)) !== StringOf(piece.length + 1)) return stringify(text);
    }
    return '"' + text + '"';
  }
  // Their texts in their places; null: it cannot be told where those are.
  function filled(text, held) {
    const between = split(text, '"' + HELD + '"');
    if (between.length !== held.length + 1) return null;
    let whole = between[0];
    for (let i = 0; i < held.length; i++) whole += quoted(held[i]) + between[i + 1];
    return whole;
  }

  // JSON.stringify that refuses what it would silently change. Throws {path, what, cure}, nothing else.
  function toJSON(value) {
    let held = null; // long texts, in the order in which they are written; undefined: none are held
    // (One variable, not two: each that is in a closure costs 90 bytes a call for as long as it lives.)
    // The objects around the value that is looked at, outermost first, and the name of each in the one before.
    // They are brought up to date only when an object comes, or a refusal: most values are neither.
    const holders = list(), keys = list(), tools = kit.tools;
    let depth = 0;
    hasBlanks = false;
    function segment(holder, key) {
      return isList(holder) ? '[' + key + ']' : matches(identifier, key) !== null ? '.' + key : '[' + stringify(key) + ']';
    }
    function path(depth) {
      let text = '$';
      for (let i = 1; i < depth; i++) text += segment(holders[i - 1], keys[i]);
      return text;
    }
    function refuse(holder, key, what, cure) {
      while (depth !== 0 && holders[depth - 1] !== holder) depth--;
      throw refused = { __proto__: null, path: path(depth) + (depth === 0 ? '' : segment(holder, key)), what, cure };
    }
    function refuseAs(holder, key, v, type) {
      switch (type) {
        case 'bigint': refuse(holder, key, 'a BigInt', 'use String(x) or Number(x)');
        case 'symbol': refuse(holder, key, 'a symbol', 'use its description');
        case 'function': {
          const known = weakGet(special, v);
          if (known !== undefined) refuse(holder, key, known.what, known.cure);
          refuse(holder, key, 'a function', 'call it, or leave it out');
        }
      }
    }
    // Called for every value there is: what most of them are comes first.
    function check(key, v) {
      if (typeof v === 'string') {
        if (v.length < LONG || held === undefined) return v;
        if (held === null) held = list();
        push(held, v);
        return HELD;
      }
      if (typeof v === 'number') {
        if (v - v !== 0) refuse(this, key, StringOf(v), 'use null or a string');
        return v;
      }
      const type = typeof v;
      if (type === 'boolean') return v;
      if (type === 'undefined') { hasBlanks = true; return v; }
      if (type !== 'object') refuseAs(this, key, v, type);
      if (v === null) return v;
      let proto = null;
      try { proto = protoOf(v); } catch (e) { /* a Proxy may say anything */ }
      // What is neither a plain object nor an array is one of few.
      if (proto !== objectProto && proto !== arrayProto || v === tools) {
        if (v === tools) { const { what, cure } = weakGet(special, v); refuse(this, key, what, cure); }
        const kind = brandOf(v);
        if (kind === brandNumber) {
          // As JSON.stringify would take it, which has null for what is no number then.
          if (attempt(() => numberIn(v)) !== undefined) return checkOf(this, key, NumberOf(v));
        } else if (kind !== null) refuse(this, key, kind.what, kind.cure);
        if (isRaw(v)) checkOf(this, key, parse(v.rawJSON));
      }
      while (depth !== 0 && holders[depth - 1] !== this) depth--;
      if (depth >= MAX_DEPTH) refuse(this, key, 'nested deeper than ' + MAX_DEPTH + ' levels', '');
      holders[depth] = v; keys[depth] = key; depth++;
      return v;
    }
    const checkOf = uncurry(check);
    // The engine itself finds a circle, right after the object that closes it was looked at.
    function refuseCircle() {
      for (let i = 0; i < depth - 1; i++) {
        if (holders[i] === holders[depth - 1]) {
          throw refused = { __proto__: null, path: path(depth), what: 'a circular reference to ' + path(i + 1), cure: 'copy what is needed' };
        }
      }
    }
    try {
      const text = stringify(value, check), texts = held;
      held = null; // what is in a closure lives on
      const whole = texts === null ? text : filled(text, texts);
      if (whole !== null) return whole;
      held = undefined; depth = 0; // a text of the script is the one that stands for them
      return stringify(value, check);
    }
    catch (e) {
      if (e !== null && e === refused) throw e;
      refuseCircle();
      const d = kit.describe(e), thrown = d.isError ? kit.said(d) : d.message;
      throw refused = { __proto__: null, path: attempt(() => throwingPath(value, '$', 0)) || '$',
        what: 'not readable: a getter or toJSON threw ' + thrown, cure: '' };
    }
    function throwingPath(v, where, depth) {
      if (typeof v !== 'object' || v === null || depth > MAX_DEPTH) return null;
      try { if (typeof v.toJSON === 'function') { v.toJSON(''); return null; } } catch (e) { return where; }
      let names;
      try { names = keysOf(v); } catch (e) { return where; }
      for (let i = 0; i < names.length; i++) {
        const there = where + segment(v, names[i]);
        let member;
        try { member = v[names[i]]; } catch (e) { return there; }
        const found = throwingPath(member, there, depth + 1);
        if (found !== null) return found;
      }
      return null;
    }
  }

  kit.brand = brand; kit.brandOf = brandOf; kit.isList = isList; kit.toJSON = toJSON; kit.hasBlanks = () => hasBlanks; kit.identifier = identifier;
  kit.brandMap = brandMap; kit.brandBytes = brandBytes; kit.brandSet = brandSet; kit.brandPromise = brandPromise;
  kit.brandError = brandError; kit.brandRegExp = brandRegExp;
  kit.special = special;
  kit.namedSpecial = (f, what, cure) => { weakSet(special, f, { __proto__: null, what, cure }); return f; };
  kit.refusal = e => e.path + ' is ' + e.what + (e.cure === '' ? '' : ' (' + e.cure + ')');
})
