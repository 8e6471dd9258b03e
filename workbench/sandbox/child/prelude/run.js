// What a script sees, and one run of it.
(function run(kit) {
  'use strict';
  const { G, plain, host, define, hide, keysOf, attempt, stringify, parse, slice, protoOf, isError, weakGet, weakSet, toJSON, refusal,
          describe, said, causes, genuine, placeOfError, placeOf, stackText, readStack, brandOf, brandPromise, setScript,
          syntaxErrorProto } = kit;
  const indirectEval = eval, rangeErrorProto = RangeError.prototype;

  const globals = { __proto__: null, call_tool: kit.call_tool, call_tools: kit.call_tools, tools: kit.tools, console: kit.console,
    sleep: kit.sleep, ToolError: kit.ToolError, Date: kit.Clock, crypto: kit.crypto, performance: kit.performance,
    image: kit.image, $calltool: kit.eventually };
  for (const name of keysOf(globals)) hide(G, name, globals[name]);
  for (const some of [kit.queries, kit.requests, kit.eventualRequests]) for (const name of keysOf(some)) hide(G, name, some[name]);
  for (const name of keysOf(kit.timing)) hide(G, name, kit.timing[name]);

  // Libraries that most scripts never touch are made when one of their names is.
  function lazily(names, make) {
    let made = null;
    const all = () => {
      if (made === null) {
        made = make();
        for (let i = 0; i < names.length; i++) {
          const here = kit.descriptorOf(G, names[i]);
          if (here !== undefined && here.get !== undefined && kit.weakGet(own, here.get) !== undefined) hide(G, names[i], made[names[i]]);
        }
      }
      return made;
    };
    for (const name of names) {
      const accessor = { __proto__: null, get() { return all()[name]; }, set(value) { hide(G, name, value); }, configurable: true, enumerable: false };
      weakSet(own, accessor.get, true);
      define(G, name, accessor);
    }
    return all;
  }
  const own = new kit.WeakMapOf();
  kit.webOf = lazily(['TextEncoder', 'TextDecoder', 'structuredClone'], () => kit.library('web')());
  lazily(['URL', 'URLSearchParams'], () => kit.library('url')());
  lazily(['Intl'], kit.intl);

  let result = null, failedWith = undefined, isLone = false;

  function finish(text, reason) { result = text; failedWith = reason; }
  function succeed(value) {
    let json;
    if (kit.waitingTimers() > 0 && (value === undefined || kit.isTimer(value))) {
      kit.warn('the script ended before its timers fired: wait for them with await sleep(ms), or await new Promise(resolve => setTimeout(resolve, ms))');
    }
    try { json = toJSON(value); }
    catch (e) {
      finish('{"t":"done","ok":false,"code":"SERIALIZATION_ERROR","message":' + stringify('the value is not JSON: ' + refusal(e)) +
        ',"details":{"path":' + stringify(e.path) + '}}');
      return;
    }
    const failure = json === undefined ? kit.lastFailure() : '';
    finish(json === undefined ? '{"t":"done","ok":true,"value":null,"undefined":true' + (failure === '' ? '}' : ',"failed_call":' + stringify(failure) + '}') : '{"t":"done","ok":true,"value":' + json + (kit.hasBlanks() ? ',"blanks":true}' : '}'));
  }
  const MAX_HEAD = 1000;
  function fail(e, code) {
    if (kit.isMemorysEnd(e)) host('M');
    const d = describe(e);
    const isObject = (typeof e === 'object' || typeof e === 'function') && e !== null;
    if (plain && d.stack !== undefined) {
      const sites = readStack(d.stack), place = placeOf(sites);
      d.stack = stackText(sites);
      if (place !== null) weakSet(placeOfError, e, place);
    }
    const tool = isObject ? weakGet(genuine, e) : undefined;
    const place = code === 'SYNTAX_ERROR' ? kit.syntaxPlace() : isObject ? weakGet(placeOfError, e) : kit.thrownAt();
    const message = said(d), stack = d.stack === undefined ? undefined : d.stack + causes(e);
    let text = '{"t":"done","ok":false,"code":' + stringify(tool === undefined ? code : tool.code) + ',"message":' + stringify(message);
    if (tool !== undefined) {
      const names = stringify({ __proto__: null, server: tool.server, tool: tool.tool });
      const more = tool.details === undefined ? '' : (names === '{}' ? '' : ',') + '"details":' + tool.details;
      text += ',"from_call":true,"details":' + slice(names, 0, -1) + more + '}';
    }
    // A long message is there once already: its beginning is enough to know the stack by.
    const head = message.length > MAX_HEAD ? slice(message, 0, MAX_HEAD) + '…' : message;
    if (stack !== undefined && stack !== '') text += ',"stack":' + stringify(head + '\n' + stack);
    // At the end of the stack there was no room for onError either.
    else if (d.stack === undefined && d.name === 'RangeError') text += ',"lost_stack":true';
    if (place !== undefined && place !== null) text += kit.at(place);
    const inside = isObject ? kit.insideOf(e) : undefined;
    if (typeof inside === 'string') text += ',"inside":' + stringify(inside);
    const refusal = kit.lastRefusal();
    if (refusal !== '') text += ',"refused_batch":' + stringify(refusal);
    const failure = kit.lastFailure();
    if (failure !== '') text += ',"failed_call":' + stringify(failure);
    finish(text + '}', e);
  }
  function settled(value) {
    const f = isLone ? entryOf(value) : undefined;
    if (f !== undefined) call(f, value); else succeed(value);
  }
  // What to call of a script that is handed over as a function, or as an object with one: the only function in
  // it that has a name for that. Any other function is no JSON, and says so.
  const entries = { __proto__: null, execute: true, run: true, main: true, handler: true, default: true };
  function entryOf(value) {
    if (typeof value === 'function') return value;
    if (typeof value !== 'object' || value === null || kit.isArray(value)) return undefined;
    let found, named = 0, keys;
    try { keys = keysOf(value); } catch { return undefined; }
    for (let i = 0; i < keys.length; i++) {
      const member = attempt(() => kit.descriptorOf(value, keys[i]).value);
      if (typeof member === 'function' && entries[keys[i]] === true) { found = member; named++; }
    }
    return named === 1 ? found : undefined;
  }
  // A promise is followed without its `then`, which a script may have replaced.
  async function follow(value) {
    let end;
    try { end = await value; } catch (e) { fail(e, 'RUNTIME_ERROR'); return; }
    settled(end);
  }
  // Called once, with the input; of an object: as its method.
  function call(f, owner) {
    isLone = false;
    let value;
    try { value = kit.apply(f, typeof owner === 'object' ? owner : undefined, [G.input]); } catch (e) { fail(e, 'RUNTIME_ERROR'); return; }
    if (brandOf(value) === brandPromise) follow(value); else succeed(value);
  }
  function init(a, b, c, d, inputJson) {
    kit.seed(a, b, c, d);
    kit.countAnew();
    define(G, 'input', { __proto__: null, value: parse(inputJson), writable: true, configurable: true, enumerable: true });
  }
  // Runs `code`, made from the user's `own` text; `columns` lists what was inserted into each line; `lone`: the
  // value is a function to be called. True: it ran (or runs on: poll). False: it does not parse, nothing has
  // run, and the failure is ready.
  function run(code, own, columns, lone) {
    setScript(own, columns);
    result = null; isLone = lone;
    let value;
    try { value = (0, indirectEval)(code); }
    catch (e) {
      if (kit.syntaxPlace() !== null && isError(e) && attempt(() => protoOf(e)) === syntaxErrorProto) {
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
    if (brandOf(value) === brandPromise) follow(value); else settled(value);
    return true;
  }
  // The parser's stack overflow looks like the script's; with a throw in front nothing runs, only the parser.
  function isTooDeep(e, code) {
    if (!isError(e) || attempt(() => protoOf(e)) !== rangeErrorProto) return false;
    try { (0, indirectEval)('throw null;' + code); } catch (again) { return again !== null && attempt(() => protoOf(again)) === rangeErrorProto; }
    return false;
  }
  const ended = () => result !== null;
  // Once, when the jobs that the script left have run: what they rejected is told, too.
  function close() {
    const warnings = kit.leftWarnings(failedWith);
    // Made flat: the engine puts long texts together lazily, and only flat ones cross.
    return slice(warnings === '' ? result : slice(result, 0, -1) + ',"warnings":' + warnings + '}', 0);
  }
  kit.face = { __proto__: null, init, run, settle: kit.settle, ended, close, rejected: kit.rejected };
})
