// The trusted prelude. Evaluated once in the zygote, BASE lines down, so that a frame of a stack trace
// whose line is past BASE is ours and every other one is the script's. It keeps the only reference to
// the host function and captures every built-in it uses before a script can replace one.
//
// Its value is a function `prepare(host, base, plain)` whose value is the worker's interface: init, run,
// settle, poll. `plain`: errors keep the stack text that the engine itself writes.
(function prepare(host, BASE, plain) {
  'use strict';

  // ---- primordials -----------------------------------------------------------------------------
  const uncurry = Function.prototype.bind.bind(Function.prototype.call);
  const { getPrototypeOf: protoOf, defineProperty: define, keys: keysOf, create,
          getOwnPropertyDescriptor: descriptorOf, freeze } = Object;
  const isArray = Array.isArray, construct = Reflect.construct;
  const push = uncurry(Array.prototype.push), pop = uncurry(Array.prototype.pop);
  const joined = uncurry(Array.prototype.join);
  const arraySlice = uncurry(Array.prototype.slice), dropFirst = list => arraySlice(list, 1);
  const slice = uncurry(String.prototype.slice), split = uncurry(String.prototype.split);
  const codePointAt = uncurry(String.prototype.codePointAt);
  const matches = uncurry(RegExp.prototype.exec);
  const stringify = JSON.stringify, parse = JSON.parse;
  const StringOf = String, NumberOf = Number, isFiniteNumber = Number.isFinite;
  const isInteger = Number.isInteger;
  const PromiseOf = Promise, then = uncurry(Promise.prototype.then);
  const MapOf = Map, mapGet = uncurry(Map.prototype.get), mapSet = uncurry(Map.prototype.set);
  const mapDelete = uncurry(Map.prototype.delete), mapForEach = uncurry(Map.prototype.forEach);
  const setForEach = uncurry(Set.prototype.forEach);
  const WeakMapOf = WeakMap, weakGet = uncurry(WeakMap.prototype.get);
  const weakSet = uncurry(WeakMap.prototype.set);
  const ErrorOf = Error, TypeErrorOf = TypeError;
  const ProxyOf = Proxy;
  const indirectEval = eval;
  const DateOf = Date, dateText = uncurry(Date.prototype.toString);
  const dateISO = uncurry(Date.prototype.toISOString), dateTime = uncurry(Date.prototype.getTime);
  const G = globalThis;
  const objectProto = Object.prototype, arrayProto = Array.prototype, errorProto = Error.prototype;
  const internalErrorProto = InternalError.prototype, syntaxErrorProto = SyntaxError.prototype,
        rangeErrorProto = RangeError.prototype;
  const imul = Math.imul, parseWhole = parseInt, parseReal = parseFloat;
  // quickjs strings built with + are ropes, which the Python binding cannot convert: flatten first.
  const flat = text => slice(text, 0);
  const tell = text => host(flat('F' + text));
  const ask = text => host(flat('B' + text));
  const attempt = f => { try { return f(); } catch (e) { return undefined; } };

  // ---- places in the script --------------------------------------------------------------------
  let lines = null;               // the script's own lines, split when first needed
  let source = '', lineCount = 0, inserted = null;
  const places = new WeakMapOf(); // thrown object -> [line, column]
  let thrownAt = null;            // of the last throw, for values that are no objects
  let syntaxAt = null;            // of a parse error of the script itself
  let wanted = false, caught = null; // a place is asked for, the call sites that answer it

  function sourceLine(n) {
    if (lines === null) lines = split(source, '\n');
    return n >= 1 && n <= lines.length ? lines[n - 1] : '';
  }
  // The engine counts columns in UTF-8 bytes of what it was given; users count characters of theirs.
  function ownColumn(line, column) {
    let bytes = column - 1;
    const added = inserted === null ? undefined : inserted[line];
    if (added !== undefined) {
      let removed = 0;
      for (let i = 0; i < added.length; i++) {
        const start = added[i][0], length = added[i][1];
        if (bytes < start) break;
        removed += bytes < start + length ? bytes - start : length;
      }
      bytes -= removed;
    }
    const text = sourceLine(line);
    let characters = 0;
    for (let i = 0; bytes > 0 && i < text.length; characters++) {
      const point = codePointAt(text, i);
      bytes -= point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      i += point < 0x10000 ? 1 : 2;
    }
    return characters + 1;
  }

  let siteName, siteLine, siteColumn; // methods of the engine's call sites, captured below
  const isOurs = line => line > BASE;

  function placeOf(sites) {
    for (let i = 0; i < sites.length; i++) {
      const line = siteLine(sites[i]);
      if (line === null || isOurs(line) || line > lineCount) continue;
      return [line, ownColumn(line, siteColumn(sites[i]))];
    }
    return null;
  }
  function stackText(sites) {
    let text = '', natives = '';
    for (let i = 0; i < sites.length; i++) {
      const line = siteLine(sites[i]), name = siteName(sites[i]);
      if (line === null) { if (text !== '') natives += '    at ' + name + ' (native)\n'; continue; }
      if (isOurs(line) || line > lineCount) { natives = ''; continue; }
      const place = 'script.js:' + line + ':' + ownColumn(line, siteColumn(sites[i]));
      text += natives + (name === null ? '    at ' + place + '\n' : '    at ' + name + ' (' + place + ')\n');
      natives = '';
    }
    return text;
  }
  // Called by the engine whenever an error is made or a value is thrown.
  function onError(error, sites) {
    if (wanted) { wanted = false; caught = sites; return ''; }
    const proto = typeof error === 'object' && error !== null ? protoOf(error) : null;
    if (proto === internalErrorProto) {
      const message = descriptorOf(error, 'message');
      // A script may catch this error, but not the end that it stands for.
      if (message !== undefined && (message.value === 'out of memory' || message.value === 'string too long')) host('M');
    }
    if (proto === syntaxErrorProto && sites.length !== 0 && siteName(sites[0]) === null) {
      // The first site is a place in what was parsed: the script itself, if none of it runs yet.
      let running = false;
      for (let i = 1; i < sites.length; i++) {
        const line = siteLine(sites[i]);
        if (line !== null && !isOurs(line)) running = true;
      }
      const line = siteLine(sites[0]);
      if (running) sites = dropFirst(sites);
      else if (line !== null && !isOurs(line)) {
        syntaxAt = line > lineCount ? [lineCount, sourceLine(lineCount).length + 1]
          : [line, ownColumn(line, siteColumn(sites[0]))];
      }
    }
    const place = placeOf(sites);
    thrownAt = place;
    // The engine calls again when an error passes a native function: the first place is the right one.
    if (proto !== null && place !== null && weakGet(places, error) === undefined) weakSet(places, error, place);
    return stackText(sites);
  }
  {
    let sample;
    ErrorOf.prepareStackTrace = (error, sites) => { sample = protoOf(sites[0]); };
    new ErrorOf();
    siteName = plain ? site => site.name : uncurry(sample.getFunctionName);
    siteLine = plain ? site => site.line : uncurry(sample.getLineNumber);
    siteColumn = plain ? site => site.column : uncurry(sample.getColumnNumber);
  }
  const limitFrames = uncurry(descriptorOf(ErrorOf, 'stackTraceLimit').set);
  ErrorOf.prepareStackTrace = plain ? undefined : onError;
  limitFrames(ErrorOf, 100);
  // What a script sets from now on is an ordinary property: the engine does not look at it.
  define(ErrorOf, 'prepareStackTrace', { value: undefined, writable: true, configurable: true });
  define(ErrorOf, 'stackTraceLimit', { value: 100, writable: true, configurable: true });

  // The engine's own stack text, read back into frames: [name or null, line, column] or [name, null].
  const engineFrame = /^    at (?:(.*) \()?(?:<input>:(\d+):(\d+)|native)\)?$/;
  function readStack(text) {
    const found = [], rows = split(text, '\n');
    for (let i = 0; i < rows.length; i++) {
      const m = matches(engineFrame, rows[i]);
      if (m !== null) push(found, { name: m[1] === undefined ? null : m[1], line: m[2] === undefined ? null : NumberOf(m[2]), column: NumberOf(m[3]) });
    }
    return found;
  }

  function callSites(depth) {
    if (plain) return [];
    limitFrames(ErrorOf, depth);
    wanted = true;
    new ErrorOf();
    limitFrames(ErrorOf, 100);
    const sites = caught;
    caught = null;
    return sites === null ? [] : sites;
  }
  const at = place => place === null ? '' : ',"line":' + place[0] + ',"column":' + place[1];

  // ---- strict JSON -----------------------------------------------------------------------------
  const brands = [
    [Map.prototype, 'a Map', 'use Object.fromEntries(map)'], [Set.prototype, 'a Set', 'use [...set]'],
    [WeakMap.prototype, 'a WeakMap', ''], [WeakSet.prototype, 'a WeakSet', ''],
    [Promise.prototype, 'a Promise', 'await it first'],
    [Error.prototype, 'an Error', 'use String(error) or error.message'],
    [RegExp.prototype, 'a RegExp', 'use String(regexp)'],
    [ArrayBuffer.prototype, 'an ArrayBuffer', 'use Array.from(new Uint8Array(buffer))'],
    [protoOf(Uint8Array.prototype), 'a typed array', 'use Array.from(array)'],
    [DataView.prototype, 'a DataView', ''],
  ];
  function Unserializable(path, what, cure) { this.path = path; this.what = what; this.cure = cure; }
  freeze(Unserializable.prototype);
  const isUnserializable = e => typeof e === 'object' && e !== null && protoOf(e) === Unserializable.prototype;
  function brandOf(value) {
    let proto = protoOf(value);
    if (proto === objectProto || proto === arrayProto) return null;
    for (let depth = 0; proto !== null && depth < 64; depth++) {
      for (let i = 0; i < brands.length; i++) if (proto === brands[i][0]) return brands[i];
      proto = protoOf(proto);
    }
    return null;
  }
  const identifier = /^[A-Za-z_$][\w$]*$/;
  const MAX_DEPTH = 500;
  // JSON.stringify that refuses what it would silently change. Throws Unserializable or what user code threw.
  function toJSON(value) {
    const holders = [], keys = [];
    let first = true;
    function segment(holder, key) {
      return isArray(holder) ? '[' + key + ']' : matches(identifier, key) !== null ? '.' + key : '[' + stringify(key) + ']';
    }
    function path(depth) {
      let text = '$';
      for (let i = 1; i < depth; i++) text += segment(holders[i - 1], keys[i]);
      return text;
    }
    function refuse(key, what, cure) {
      const end = holders.length === 0 ? '' : segment(holders[holders.length - 1], key);
      throw new Unserializable(path(holders.length) + end, what, cure);
    }
    function check(key, v) {
      if (first) first = false;
      else while (holders.length !== 0 && holders[holders.length - 1] !== this) { pop(holders); pop(keys); }
      switch (typeof v) {
        case 'string': case 'boolean': case 'undefined': return v;
        case 'number':
          if (!isFiniteNumber(v)) refuse(key, StringOf(v), 'use null or a string');
          return v;
        case 'bigint': refuse(key, 'a BigInt', 'use String(x) or Number(x)');
        case 'symbol': refuse(key, 'a symbol', 'use its description');
        case 'function': refuse(key, 'a function', 'call it, or leave it out');
      }
      if (v === null) return v;
      const brand = brandOf(v);
      if (brand !== null) refuse(key, brand[1], brand[2]);
      for (let i = 0; i < holders.length; i++) {
        if (holders[i] === v) refuse(key, 'a circular reference to ' + path(i + 1), 'copy what is needed');
      }
      if (holders.length >= MAX_DEPTH) refuse(key, 'nested deeper than ' + MAX_DEPTH + ' levels', '');
      push(holders, v); push(keys, key);
      return v;
    }
    try { return stringify(value, check); }
    catch (e) {
      if (isUnserializable(e)) throw e;
      const d = describe(e);
      throw new Unserializable(throwingPath(value, '$', 0) || '$', 'not readable: a getter or toJSON threw ' + d.name + ': ' + d.message, '');
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
  const refusal = e => e.path + ' is ' + e.what + (e.cure === '' ? '' : ' (' + e.cure + ')');

  // ---- errors as data --------------------------------------------------------------------------
  const genuine = new WeakMapOf();  // ToolErrors that the host gave -> their code
  class ToolError extends Error {
    constructor(message, { code, server, tool } = {}) {
      super(message);
      this.code = code; this.server = server; this.tool = tool;
    }
  }
  define(ToolError.prototype, 'name', { value: 'ToolError', writable: true, configurable: true });
  function toolError(error, server, tool, sites) {
    const e = new ToolError(error.message, { code: error.code, server, tool });
    if (error.details !== undefined) e.details = error.details;
    if (sites !== null) {
      define(e, 'stack', { value: stackText(sites), writable: true, configurable: true });
      const place = placeOf(sites);
      if (place !== null) weakSet(places, e, place);
    }
    weakSet(genuine, e, error.code);
    return e;
  }
  const textOf = v => { const s = attempt(() => StringOf(v)); return s === undefined ? '[unprintable]' : s; };
  function describe(e) {
    if (typeof e !== 'object' && typeof e !== 'function' || e === null) {
      const shown = typeof e === 'symbol' || typeof e === 'bigint' || e === undefined ? textOf(e) : stringify(e);
      return { __proto__: null, name: 'Uncaught', message: shown, stack: undefined, isError: false };
    }
    if (brandOf(e) === null || brandOf(e)[0] !== errorProto) {
      const json = attempt(() => toJSON(e));
      return { __proto__: null, name: 'Uncaught', message: json === undefined ? inspect(e) : json, stack: undefined, isError: false };
    }
    const name = attempt(() => StringOf(e.name)), message = attempt(() => StringOf(e.message));
    const stack = attempt(() => typeof e.stack === 'string' ? e.stack : undefined);
    return { __proto__: null, name: name === undefined ? 'Error' : name, message: message === undefined ? '' : message, stack, isError: true };
  }
  function causes(e) {
    let text = '';
    for (let depth = 0; depth < 5; depth++) {
      e = attempt(() => e.cause);
      if (typeof e !== 'object' || e === null) break;
      const d = describe(e);
      text += 'Caused by: ' + d.name + ': ' + d.message + '\n' + (d.stack === undefined ? '' : d.stack);
    }
    return text;
  }

  // ---- calls -----------------------------------------------------------------------------------
  let operations = 0;
  const pending = new MapOf();      // operation -> {resolve, reject, server, tool, sites}

  const MAX_NAME = 1024;
  // The frame of one call; a call that cannot be made says so in `refused`, and the host answers it.
  function callFrame(kind, op, server, tool, args, place) {
    let refused = '';
    let body = 'null';
    if (typeof server !== 'string' || typeof tool !== 'string' || server === '' || tool === '') {
      refused = refuse('INVALID_ARGS', 'server and tool must be strings that are not empty: call_tool(server, tool, args)');
      server = slice(textOf(server), 0, MAX_NAME); tool = slice(textOf(tool), 0, MAX_NAME);
    } else if (server.length > MAX_NAME || tool.length > MAX_NAME) {
      refused = refuse('INVALID_ARGS', 'server and tool are names of at most ' + MAX_NAME + ' characters');
      server = slice(server, 0, MAX_NAME); tool = slice(tool, 0, MAX_NAME);
    } else if (args === undefined) body = '{}';
    else if (typeof args !== 'object' || args === null || isArray(args)) {
      refused = refuse('INVALID_ARGS', 'args must be an object, not ' + (args === null ? 'null' : isArray(args) ? 'an array' : 'a ' + typeof args));
    } else {
      try {
        const json = toJSON(args);
        if (json === undefined || json[0] !== '{') refused = refuse('INVALID_ARGS', 'args must be an object when written as JSON');
        else body = json;
      } catch (e) { refused = refuse('SERIALIZATION_ERROR', 'args are not JSON: ' + refusal(e)); }
    }
    return '{"t":"' + kind + '","op":' + op + ',"server":' + stringify(server) + ',"tool":' + stringify(tool) +
      ',"args":' + body + at(place) + refused + '}';
  }
  const refuse = (code, message) => ',"refused":{"code":"' + code + '","message":' + stringify(message) + '}';

  function call_tool(server, tool, args) {
    return parse(ask(callFrame('call', 0, server, tool, args, placeOf(callSites(16)))));
  }
  function callAsync(server, tool, args) {
    const sites = callSites(100);
    const op = ++operations;
    const promise = new PromiseOf((resolve, reject) => {
      mapSet(pending, op, { __proto__: null, resolve, reject, server, tool, sites });
    });
    tell(callFrame('call', op, server, tool, args, placeOf(sites)));
    return promise;
  }
  const invalid = message => ({ ok: false, error: { code: 'INVALID_ARGS', message } });
  function call_tools(calls, options) {
    if (!isArray(calls)) return invalid('call_tools takes an array of {server, tool, args}');
    if (calls.length > 100) return invalid('call_tools takes at most 100 calls, not ' + calls.length);
    let width = 0;
    if (options !== undefined) {
      if (typeof options !== 'object' || options === null) return invalid('the options of call_tools must be an object {max_parallel}');
      const names = keysOf(options);
      for (let i = 0; i < names.length; i++) if (names[i] !== 'max_parallel') return invalid('unknown option ' + stringify(names[i]) + ' of call_tools: there is max_parallel');
      if (options.max_parallel !== undefined) {
        width = options.max_parallel;
        if (!isInteger(width) || width < 1 || width > 32) return invalid('max_parallel must be a whole number from 1 to 32');
      }
    }
    const place = placeOf(callSites(16));
    let frames = '';
    for (let i = 0; i < calls.length; i++) {
      const c = calls[i], where = 'calls[' + i + ']';
      if (typeof c !== 'object' || c === null || isArray(c)) return invalid(where + ' must be an object {server, tool, args}');
      const names = keysOf(c);
      for (let j = 0; j < names.length; j++) {
        const name = names[j];
        if (name !== 'server' && name !== 'tool' && name !== 'args') return invalid(where + ' has an unknown member ' + stringify(name) + ': a call is {server, tool, args}');
      }
      const { server, tool, args } = c;
      if (typeof server !== 'string' || server === '') return invalid(where + '.server must be a string that is not empty');
      if (typeof tool !== 'string' || tool === '') return invalid(where + '.tool must be a string that is not empty');
      if (args !== undefined && (typeof args !== 'object' || args === null || isArray(args))) return invalid(where + '.args must be an object');
      frames += (i === 0 ? '' : ',') + callFrame('call', 0, server, tool, args, place);
    }
    if (calls.length === 0) return [];
    return parse(ask('{"t":"batch","width":' + width + ',"calls":[' + frames + ']}'));
  }
  function sleep(ms) {
    const op = ++operations;
    const wait = NumberOf(ms);
    if (!isFiniteNumber(wait) || wait < 0) throw new TypeErrorOf('sleep(ms) takes a number of milliseconds from 0, not ' + textOf(ms));
    const promise = new PromiseOf((resolve, reject) => { mapSet(pending, op, { __proto__: null, resolve, reject }); });
    tell('{"t":"sleep","op":' + op + ',"ms":' + wait + '}');
    return promise;
  }
  function settle(op, json) {
    const p = mapGet(pending, op);
    if (p === undefined) return;
    mapDelete(pending, op);
    if (json === '') { p.resolve(undefined); return; }
    const envelope = parse(json);
    if (envelope.ok) p.resolve(envelope.result);
    else p.reject(toolError(envelope.error, p.server, p.tool, p.sites));
  }

  // ---- catalogue -------------------------------------------------------------------------------
  function query(kind, members, server, tool) {
    const envelope = parse(ask('{"t":"query","kind":"' + kind + '"' + members + '}'));
    if (!envelope.ok) throw toolError(envelope.error, server, tool, callSites(100));
    return envelope.result;
  }
  const mustBeText = (value, what) => {
    if (typeof value !== 'string') throw new TypeErrorOf(what + ' must be a string, not ' + (value === null ? 'null' : typeof value));
    return stringify(value);
  };
  function list_tools(server) {
    return query('list', server === undefined ? '' : ',"server":' + mustBeText(server, 'list_tools(server): server'), server);
  }
  function search_tools(text, limit) {
    let members = ',"query":' + mustBeText(text, 'search_tools(query): query');
    if (limit !== undefined) {
      if (!isInteger(limit) || limit < 1) throw new TypeErrorOf('search_tools(query, limit): limit must be a whole number from 1');
      members += ',"limit":' + limit;
    }
    return query('search', members);
  }
  function describe_tool(server, tool) {
    return query('describe', ',"server":' + mustBeText(server, 'describe_tool(server, tool): server') +
      ',"tool":' + mustBeText(tool, 'describe_tool(server, tool): tool'), server, tool);
  }

  // ---- tools.<server>.<tool>(args) --------------------------------------------------------------
  // Names that JavaScript itself looks up on any object must not turn into calls: those go through call_tool.
  const reserved = { __proto__: null, then: 1, toJSON: 1, toString: 1, valueOf: 1, constructor: 1 };
  const isName = key => typeof key === 'string' && reserved[key] === undefined;
  const readOnly = {
    __proto__: null,
    set() { throw new TypeErrorOf('tools cannot be changed'); },
    defineProperty() { throw new TypeErrorOf('tools cannot be changed'); },
    deleteProperty() { throw new TypeErrorOf('tools cannot be changed'); },
  };
  function namespace(read, names) {
    const known = new MapOf();
    const target = create(null);
    const member = key => {
      let value = mapGet(known, key);
      if (value === undefined) { value = read(key); mapSet(known, key, value); }
      return value;
    };
    return new ProxyOf(target, {
      __proto__: readOnly,
      get: (_, key) => isName(key) ? member(key) : undefined,
      has: (_, key) => typeof key === 'string' && includes(names(), key),
      ownKeys: () => names(),
      getOwnPropertyDescriptor: (_, key) => isName(key) && includes(names(), key)
        ? { value: member(key), enumerable: true, configurable: true, writable: true } : undefined,
    });
  }
  function includes(list, item) {
    for (let i = 0; i < list.length; i++) if (list[i] === item) return true;
    return false;
  }
  const tools = namespace(
    server => namespace(
      tool => {
        const f = args => callAsync(server, tool, args);
        define(f, 'name', { value: tool, configurable: true });
        return f;
      },
      () => { const found = query('list', ',"server":' + stringify(server), server), names = [];
        for (let i = 0; i < found.length; i++) push(names, found[i].tool); return names; }),
    () => query('servers', ''));

  // ---- console ---------------------------------------------------------------------------------
  const MAX_SHOWN = 100;
  function inspect(value, depth, seen) {
    if (depth === undefined) { depth = 0; seen = []; }
    switch (typeof value) {
      case 'string': return depth === 0 ? value : stringify(value);
      case 'bigint': return StringOf(value) + 'n';
      case 'function': return '[Function ' + (attempt(() => StringOf(value.name)) || 'anonymous') + ']';
      case 'object': break;
      default: return textOf(value);
    }
    if (value === null) return 'null';
    if (includes(seen, value)) return '[Circular]';
    const brand = brandOf(value);
    if (brand !== null && brand[0] === errorProto) {
      const d = describe(value);
      return d.name + ': ' + d.message + (d.stack === undefined || d.stack === '' || depth > 0 ? '' : '\n' + slice(d.stack, 0, -1));
    }
    if (protoOf(value) === DateOf.prototype) return attempt(() => dateISO(value)) || 'Invalid Date';
    if (brand !== null && brand[1] === 'a RegExp') return textOf(value);
    if (depth > 8) return isArray(value) ? '[Array]' : '[Object]';
    push(seen, value);
    const parts = [];
    let more = 0;
    const show = v => inspect(v, depth + 1, seen);
    let open = '{', close = '}';
    if (isArray(value)) {
      open = '['; close = ']';
      for (let i = 0; i < value.length && i < MAX_SHOWN; i++) push(parts, show(attempt(() => value[i])));
      more = value.length - MAX_SHOWN;
    } else if (brand !== null && brand[1] === 'a Map') {
      open = 'Map {';
      attempt(() => mapForEach(value, (v, k) => { if (parts.length < MAX_SHOWN) push(parts, show(k) + ' => ' + show(v)); else more++; }));
    } else if (brand !== null && brand[1] === 'a Set') {
      open = 'Set {';
      attempt(() => setForEach(value, v => { if (parts.length < MAX_SHOWN) push(parts, show(v)); else more++; }));
    } else if (brand !== null && brand[1] === 'a Promise') {
      open = 'Promise {'; push(parts, 'await it to see its value');
    } else {
      const keys = attempt(() => keysOf(value)) || [];
      for (let i = 0; i < keys.length && i < MAX_SHOWN; i++) {
        const key = keys[i];
        push(parts, (matches(identifier, key) !== null ? key : stringify(key)) + ': ' + show(attempt(() => value[key])));
      }
      more = keys.length - MAX_SHOWN;
    }
    pop(seen);
    if (more > 0) push(parts, '… ' + more + ' more');
    return open + joined(parts, ', ') + close;
  }
  const MAX_LINE = 65536;
  // The specifiers of a console (WHATWG Console, 2.2), as Node has them. What is not one stays.
  function specified(kind, value) {
    switch (kind) {
      case 's': return inspect(value);
      case 'd': return typeof value === 'bigint' ? inspect(value) : typeof value === 'object' ? 'NaN' : StringOf(attempt(() => NumberOf(value)) ?? NaN);
      case 'i': return typeof value === 'bigint' ? inspect(value) : StringOf(typeof value === 'object' ? NaN : attempt(() => parseWhole(value)) ?? NaN);
      case 'f': return StringOf(typeof value === 'object' ? NaN : attempt(() => parseReal(value)) ?? NaN);
      case 'j': return attempt(() => stringify(value)) ?? inspect(value);
      case 'o': case 'O': return typeof value === 'string' ? stringify(value) : inspect(value);
      case 'c': return '';
    }
    return undefined;
  }
  function lineOf(values) {
    const form = values[0];
    let text = '', next = 0;
    if (typeof form === 'string' && values.length > 1) {
      let from = 0;
      next = 1;
      for (let i = 0; i + 1 < form.length; i++) {
        if (form[i] !== '%') continue;
        const shown = form[i + 1] === '%' ? '%' : next < values.length ? specified(form[i + 1], values[next]) : undefined;
        if (shown === undefined) continue;
        if (form[i + 1] !== '%') next++;
        text += slice(form, from, i) + shown;
        from = ++i + 1;
      }
      text += slice(form, from);
    }
    for (let i = next; i < values.length; i++) text += (i === 0 ? '' : ' ') + inspect(values[i]);
    return text;
  }
  const logger = level => function (...values) {
    let text = lineOf(values);
    if (text.length > MAX_LINE) text = slice(text, 0, MAX_LINE) + '… (cut: ' + text.length + ' characters)';
    host(flat('L{"t":"log","level":"' + level + '","text":' + stringify(text) + '}'));
  };
  const console_ = {};
  for (const level of ['log', 'info', 'warn', 'error', 'debug']) {
    define(console_, level, { value: logger(level), writable: true, configurable: true, enumerable: true });
    define(console_[level], 'name', { value: level, configurable: true });
  }

  // ---- time and chance, which a replay must give again -------------------------------------------
  const now = () => NumberOf(host('N'));
  let s0 = 1, s1 = 2, s2 = 3, s3 = 4; // xoshiro128**, Blackman and Vigna 2018, https://prng.di.unimi.it
  const rotl = (x, k) => (x << k) | (x >>> (32 - k));
  function next32() {
    const result = imul(rotl(imul(s1, 5), 7), 9) >>> 0, t = s1 << 9;
    s2 ^= s0; s3 ^= s1; s1 ^= s2; s0 ^= s3; s2 ^= t; s3 = rotl(s3, 11);
    return result;
  }
  define(Math, 'random', {
    value: function random() { return ((next32() >>> 5) * 67108864 + (next32() >>> 6)) / 9007199254740992; },
    writable: true, configurable: true,
  });
  function Clock(...args) {
    if (new.target === undefined) return dateText(new DateOf(now()));
    if (args.length === 0) args = [now()];
    return construct(DateOf, args, new.target === Clock ? DateOf : new.target);
  }
  define(Clock, 'name', { value: 'Date', configurable: true });
  define(Clock, 'length', { value: 7, configurable: true });
  define(Clock, 'prototype', { value: DateOf.prototype, writable: false });
  for (const key of ['UTC', 'parse']) define(Clock, key, descriptorOf(DateOf, key));
  define(Clock, 'now', { value: { now() { return now(); } }.now, writable: true, configurable: true });
  define(DateOf.prototype, 'constructor', { value: Clock, writable: true, configurable: true });
  for (const key of ['__date_clock', 'performance', 'WeakRef', 'FinalizationRegistry', 'SharedArrayBuffer', 'Atomics', 'gc', 'navigator', 'queueMicrotask']) {
    if (key !== 'queueMicrotask') delete G[key];
  }

  // ---- globals ---------------------------------------------------------------------------------
  const globals = { call_tool, call_tools, tools, list_tools, search_tools, describe_tool, console: console_, sleep, ToolError, Date: Clock };
  for (const name of keysOf(globals)) define(G, name, { value: globals[name], writable: true, configurable: true, enumerable: false });

  // ---- one run ---------------------------------------------------------------------------------
  let result = null;

  function succeed(value) {
    let json;
    try { json = toJSON(value); }
    catch (e) {
      result = '{"t":"done","ok":false,"code":"SERIALIZATION_ERROR","message":' + stringify('the value is not JSON: ' + refusal(e)) +
        ',"details":' + stringify({ path: e.path }) + '}';
      return;
    }
    result = '{"t":"done","ok":true,"value":' + (json === undefined ? 'null' : json) + '}';
  }
  const MAX_HEAD = 1000;
  function fail(e, code) {
    const d = describe(e);
    const isObject = typeof e === 'object' && e !== null;
    if (plain && d.stack !== undefined) {
      const sites = readStack(d.stack), place = placeOf(sites);
      d.stack = stackText(sites);
      if (place !== null) weakSet(places, e, place);
    }
    const toolCode = isObject ? weakGet(genuine, e) : undefined;
    const place = code === 'SYNTAX_ERROR' ? syntaxAt : isObject ? weakGet(places, e) : thrownAt;
    const frame = { __proto__: null, t: 'done', ok: false, code: toolCode === undefined ? code : toolCode,
      message: d.isError ? d.name + ': ' + d.message : d.name + ' ' + d.message };
    if (toolCode !== undefined) {
      frame.from_call = true;
      frame.details = { server: e.server, tool: e.tool };
    }
    const stack = d.stack === undefined ? undefined : d.stack + causes(e);
    // A long message is there once already: its beginning is enough to know the stack by.
    if (stack !== undefined && stack !== '') frame.stack = (frame.message.length > MAX_HEAD ? slice(frame.message, 0, MAX_HEAD) + '…' : frame.message) + '\n' + stack;
    // At the end of the stack there was no room for onError either.
    else if (d.stack === undefined && d.name === 'RangeError') frame.lost_stack = true;
    if (place !== undefined && place !== null) { frame.line = place[0]; frame.column = place[1]; }
    let json = attempt(() => stringify(frame));
    result = json === undefined ? '{"t":"done","ok":false,"code":"RUNTIME_ERROR","message":"the script threw a value that cannot be shown"}' : json;
  }
  const isPromise = v => typeof v === 'object' && v !== null && attempt(() => brandOf(v)) !== undefined &&
    brandOf(v) !== null && brandOf(v)[1] === 'a Promise';
  function follow(value) {
    if (isPromise(value)) {
      try { then(value, succeed, e => fail(e, 'RUNTIME_ERROR')); } catch (e) { fail(e, 'RUNTIME_ERROR'); }
    } else succeed(value);
  }
  function init(a, b, c, d, inputJson) {
    s0 = a | 0; s1 = b | 0; s2 = c | 0; s3 = (d | 0) || 1;
    define(G, 'input', { value: parse(inputJson), writable: true, configurable: true, enumerable: true });
  }
  // Runs `code`, made from the user's `own` text; `columns` lists what was inserted into each line.
  // True: it ran (or runs on: poll). False: it does not parse, nothing has run, and the failure is ready.
  function run(code, own, columns) {
    source = own; lines = null; inserted = columns === '' ? null : parse(columns);
    lineCount = split(own, '\n').length;
    result = null; syntaxAt = null;
    let value;
    try { value = (0, indirectEval)(code); }
    catch (e) {
      if (syntaxAt !== null && typeof e === 'object' && e !== null && protoOf(e) === syntaxErrorProto) {
        fail(e, 'SYNTAX_ERROR');
        return false;
      }
      if (isTooDeep(e, code)) {
        result = '{"t":"done","ok":false,"code":"SYNTAX_ERROR","message":"SyntaxError: the script is nested too deeply","line":1,"column":1}';
        return false;
      }
      fail(e, 'RUNTIME_ERROR');
      return true;
    }
    follow(value);
    return true;
  }
  // The parser's stack overflow looks like the script's; with a throw in front nothing runs, only the parser.
  function isTooDeep(e, code) {
    if (typeof e !== 'object' || e === null || protoOf(e) !== rangeErrorProto) return false;
    try { (0, indirectEval)('throw null;' + code); } catch (again) { return again !== null && protoOf(again) === rangeErrorProto; }
    return false;
  }
  const poll = () => result === null ? null : flat(result);
  return { __proto__: null, init, run, settle, poll };
})
