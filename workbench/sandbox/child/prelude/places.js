// Places in the script: line and column of errors, thrown values and calls, from the engine's call sites.
//
// The engine runs the script one line down (starting.py), and the prelude `BASE` lines down. So a frame in
// between is the script's; all others are ours, or of text that the script evaluated itself.
(function places(kit) {
  'use strict';
  const { BASE, plain, host, uncurry, list, push, slice, split, codePointAt, repeated, matches, protoOf, descriptorOf, setProto,
          define, hide, isError, weakGet, weakSet, WeakMapOf, NumberOf, ErrorOf, parse, stringify, attempt } = kit;
  const internalErrorProto = InternalError.prototype, syntaxErrorProto = SyntaxError.prototype;
  // What stands in for InternalError, whose own prototype means the end of memory: a script never holds it.
  const internalFacade = Object.create(Error.prototype, { name: { value: 'InternalError' } });

  const ABOVE = 1;                 // lines that stand above the script in what the engine is given
  let lines = null;                // the script's own lines, split when first needed
  const ascii = /^[\0-\x7f]*$/;
  let seenLine = 0, seenAscii = false;
  let source = '', lineCount = 0, inserted = null;
  const placeOfError = new WeakMapOf(); // thrown object -> [line, column]
  const insideOf = new WeakMapOf();     // error -> name of the engine's own function that made it
  let lastThrown = null;           // place of the last throw, for values that are no objects
  let syntaxAt = null;             // of a parse error of the script itself
  let wanted = false, caught = null; // call sites are asked for, and are these

  function setScript(own, columns) {
    source = own; lines = null; seenLine = 0; syntaxAt = null; callsMade = new kit.MapOf(); callPlaces = new kit.MapOf();
    inserted = columns === '' ? null : setProto(parse(columns), null);
    lineCount = split(own, '\n').length;
  }
  function sourceLine(n) {
    if (lines === null) lines = split(source, '\n');
    return n >= 1 && n <= lines.length ? lines[n - 1] : '';
  }
  // Looked at once: a line may have thousands of calls.
  function isAscii(line, text) {
    if (line !== seenLine) { seenLine = line; seenAscii = matches(ascii, text) !== null; }
    return seenAscii;
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
    if (bytes <= 0) return 1;
    const text = sourceLine(line);
    if (isAscii(line, text)) return (bytes < text.length ? bytes : text.length) + 1;
    let characters = 0;
    for (let i = 0; bytes > 0 && i < text.length; characters++) {
      const point = codePointAt(text, i);
      bytes -= point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      i += point < 0x10000 ? 1 : 2;
    }
    return characters + 1;
  }

  let siteName, siteLine, siteColumn, siteFunction; // methods of the engine's call sites, captured below
  const isOurs = line => line > BASE;
  // The script's line of a site; 0 where it is none of the script's.
  function ownLine(line) {
    const own = line === null || isOurs(line) ? 0 : line - ABOVE;
    return own < 1 || own > lineCount ? 0 : own;
  }
  // An error is made where `new` stands, not in the constructors that it goes through: as other engines have it.
  function afterItsClass(proto, sites) {
    for (let i = 0; i < sites.length; i++) {
      const f = siteFunction(sites[i]), made = typeof f === 'function' ? descriptorOf(f, 'prototype') : undefined;
      if (made !== undefined && made.value === proto) return i + 1;
    }
    return 0;
  }
  // The first site that is the script's.
  function ownSite(sites, from) {
    for (let i = from === undefined ? 0 : from; i < sites.length; i++) {
      if (ownLine(siteLine(sites[i])) !== 0) return sites[i];
    }
    return null;
  }
  function placeAt(site) {
    const line = ownLine(siteLine(site));
    return setProto([line, ownColumn(line, siteColumn(site))], null);
  }
  function placeOf(sites, from) {
    const site = ownSite(sites, from);
    return site === null ? null : placeAt(site);
  }
  // Most calls are made again and again where one was: counting characters takes as long as the rest of a call.
  const LINE = 4294967296;
  let callsMade = new kit.MapOf(); // a site's line and column -> {name, place}
  function callPlace(sites, name) {
    const site = ownSite(sites);
    if (site === null) return null;
    const key = siteLine(site) * LINE + siteColumn(site), made = kit.mapGet(callsMade, key);
    if (made !== undefined && made.name === name) return made.place;
    const place = namedPlace(placeAt(site), name);
    kit.mapSet(callsMade, key, { __proto__: null, name, place });
    return place;
  }
  // Of a call by `name`: a place in its arguments is what the engine gives of one over several lines.
  let callPlaces = new kit.MapOf();
  function namedPlace(place, name) {
    const line = place[0], column = place[1];
    if (name === '' || name.length > 200 || slice(sourceLine(line), column - 1, column + name.length) === name + '(') return place;
    const key = line + ' ' + column + ' ' + stringify(name);
    let known = kit.mapGet(callPlaces, key);
    if (known === undefined) { known = setProto(parse(host('C' + key)), null); kit.mapSet(callPlaces, key, known); }
    return known;
  }
  // `first`: the place of the first frame, where it is not the engine's.
  function stackText(sites, from, first) {
    let text = '', natives = '';
    for (let i = from === undefined ? 0 : from; i < sites.length; i++) {
      const given = siteLine(sites[i]), name = siteName(sites[i]);
      if (given === null) { if (text !== '') natives += '    at ' + name + ' (native)\n'; continue; }
      const line = ownLine(given);
      if (line === 0) { natives = ''; continue; }
      const place = 'script.js:' + (text === '' && first ? first[0] + ':' + first[1] : line + ':' + ownColumn(line, siteColumn(sites[i])));
      text += natives + (name === null ? '    at ' + place + '\n' : '    at ' + name + ' (' + place + ')\n');
      natives = '';
    }
    return text;
  }

  // `stack` begins with what the error says, as in Node: scripts write it alone. What stands in front is kept,
  // because the host says it by its own words (`framesOf`).
  const headers = new WeakMapOf();
  function inherited(error, key) {
    for (let o = error, i = 0; o !== null && i < 20; i++, o = protoOf(o)) {
      const d = descriptorOf(o, key);
      if (d !== undefined) return typeof d.value === 'string' ? d.value : undefined; // a getter is not called
    }
    return undefined;
  }
  function headerOf(error) {
    const maker = isError(error) ? descriptorOf(protoOf(error) ?? error, 'constructor') : undefined, message = inherited(error, 'message') ?? '';
    const name = inherited(error, 'name') ?? (typeof maker?.value === 'function' ? inherited(maker.value, 'name') : undefined) ?? 'Error';
    const said = message.length > MOST_HEADER ? slice(message, 0, MOST_HEADER) + '…' : message;
    return said === '' ? name : name === '' ? said : name + ': ' + said;
  }
  const MOST_HEADER = 1000;
  function putStack(error, frames) {
    const header = attempt(() => headerOf(error)) ?? 'Error';
    hide(error, 'stack', frames === '' ? header : header + '\n' + slice(frames, 0, -1));
    weakSet(headers, error, header);
  }
  kit.putStack = putStack;
  const ended = text => text === '' || text[text.length - 1] === '\n' ? text : text + '\n';
  kit.framesOf = (error, stack) => {
    const header = weakGet(headers, error);
    if (header === undefined || slice(stack, 0, header.length) !== header) return ended(stack);
    return stack.length === header.length ? '' : ended(stack[header.length] === '\n' ? slice(stack, header.length + 1) : stack);
  };

  // Called by the engine whenever an error is made, and for whatever is thrown at each frame that it leaves
  // until a text is given, which holds until something is caught. So the making of an error gives nothing
  // (a value thrown after it would have no place). The stack is an own property, as in other engines.
  function onError(error, sites) {
    // Where memory is full to the last byte the engine throws null, and has none for the call sites either.
    if (sites === null || sites.length === 0 && error === null) { host('M'); return ''; }
    // A script may catch this error, but not the end that it stands for. So it comes first of all.
    if (isMemorysEnd(error)) host('M');
    if (wanted) { wanted = false; caught = sites; return undefined; }
    const isReal = isError(error), isKnown = isReal && descriptorOf(error, 'stack') !== undefined;
    const proto = isReal ? protoOf(error) : null;
    if (error === null && sites.length !== 0) host('m'); // the same, a little later
    if (proto === internalErrorProto) setProto(error, internalFacade);
    let from = 0;
    if (proto === syntaxErrorProto && sites.length !== 0 && siteName(sites[0]) === null) {
      // The first site is a place in what was parsed: the script itself, if none of it runs yet.
      let running = false;
      for (let i = 1; i < sites.length; i++) {
        const line = siteLine(sites[i]);
        if (line !== null && !isOurs(line)) running = true;
      }
      const line = siteLine(sites[0]);
      if (running) from = 1;
      else if (line !== null && !isOurs(line)) {
        syntaxAt = setProto(line - ABOVE > lineCount ? [lineCount, sourceLine(lineCount).length + 1]
          : line <= ABOVE ? [1, 1] : [line - ABOVE, ownColumn(line - ABOVE, siteColumn(sites[0]))], null);
      }
    }
    if (isReal && !isKnown && from < sites.length && siteLine(sites[from]) === null) weakSet(insideOf, error, siteName(sites[from]));
    if (isReal && !isKnown && proto !== null) from = afterItsClass(proto, sites) || from;
    const place = placeOf(sites, from);
    lastThrown = place;
    // The engine calls again when an error passes a native function: the first place is the right one.
    if (place !== null && (typeof error === 'object' || typeof error === 'function') && error !== null &&
        weakGet(placeOfError, error) === undefined) weakSet(placeOfError, error, place);
    if (isReal && !isKnown) {
      try { putStack(error, stackText(sites, from)); return undefined; } catch (e) { /* frozen before it was thrown */ }
    }
    // A DOMException takes the text for its stack; other objects take nothing.
    return typeof error === 'object' && error !== null && !isReal ? slice(stackText(sites, from), 0) : '';
  }
  const endsMemory = text => text === 'out of memory' || text === 'string too long' || text === 'Invalid error message' ||
    text === 'out of memory in regexp execution';
  // The engine's own error. Its message is read, not described: there may be no memory for anything made
  // here. Only the engine makes such errors, so their message is no accessor.
  const isMemorysEnd = error => isError(error) && protoOf(error) === internalErrorProto && endsMemory(error.message);
  kit.isMemorysEnd = isMemorysEnd;
  {
    let sample;
    ErrorOf.prepareStackTrace = (error, sites) => { sample = protoOf(sites[0]); };
    new ErrorOf();
    siteName = plain ? site => site.name : uncurry(sample.getFunctionName);
    siteLine = plain ? site => site.line : uncurry(sample.getLineNumber);
    siteColumn = plain ? site => site.column : uncurry(sample.getColumnNumber);
    siteFunction = uncurry(sample.getFunction);
    // A script that came by a call site could ask it for functions, ours among them.
    for (const key of Reflect.ownKeys(sample)) delete sample[key];
  }
  const limitFrames = uncurry(descriptorOf(ErrorOf, 'stackTraceLimit').set);
  ErrorOf.prepareStackTrace = plain ? undefined : onError;
  limitFrames(ErrorOf, 100);
  // What a script sets from now on is an ordinary property: the engine does not look at it.
  define(ErrorOf, 'prepareStackTrace', { __proto__: null, value: undefined, writable: true, configurable: true });
  define(ErrorOf, 'stackTraceLimit', { __proto__: null, value: 100, writable: true, configurable: true });
  hide(ErrorOf, 'captureStackTrace', { captureStackTrace(target) {
    if (typeof target !== 'object' && typeof target !== 'function' || target === null) throw new kit.TypeErrorOf('not an object');
    putStack(target, stackText(callSites(100)));
  } }.captureStackTrace);
  // The constructor would make errors that look like the end of memory.
  hide(internalFacade, 'constructor', ErrorOf);
  delete kit.G.InternalError;

  // The engine's own stack text, read back into frames: {name or null, line or null, column}.
  const engineFrame = /^    at (?:(.*) \()?(?:<input>:(\d+):(\d+)|native)\)?$/;
  function readStack(text) {
    const found = list(), rows = split(text, '\n');
    for (let i = 0; i < rows.length; i++) {
      const m = matches(engineFrame, rows[i]);
      if (m !== null) push(found, { __proto__: null, name: m[1] === undefined ? null : m[1], line: m[2] === undefined ? null : NumberOf(m[2]), column: NumberOf(m[3]) });
    }
    return found;
  }
  const nowhere = list();
  // The call sites of whoever calls the prelude, at most `depth` frames.
  function callSites(depth) {
    if (plain) return nowhere;
    limitFrames(ErrorOf, depth);
    wanted = true;
    new ErrorOf();
    limitFrames(ErrorOf, 100);
    const sites = caught;
    caught = null;
    return sites === null ? nowhere : sites;
  }

  // So many lines that what stands below them is not taken for the script's.
  kit.below = () => repeated('\n', lineCount + ABOVE + 1);
  kit.setScript = setScript; kit.sourceLine = sourceLine; kit.placeOf = placeOf; kit.callPlace = callPlace; kit.stackText = stackText;
  kit.callSites = callSites; kit.readStack = readStack; kit.placeOfError = placeOfError;
  kit.syntaxErrorProto = syntaxErrorProto;
  kit.thrownAt = () => lastThrown; kit.insideOf = e => weakGet(insideOf, e); kit.syntaxPlace = () => syntaxAt;
  kit.at = place => place === null ? '' : ',"line":' + place[0] + ',"column":' + place[1];
})
