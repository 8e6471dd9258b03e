// Errors as data: what was thrown, said in words; ToolError; promises that reject and that nobody handles.
(function errors(kit) {
  'use strict';
  const { list, push, attempt, textOf, hide, put, define, protoOf, construct, stringify, slice, brandOf, brandError,
          toJSON, weakGet, weakSet, WeakMapOf, MapOf, mapGet, mapSet, mapDelete, mapForEach, mapSize, StringOf, ErrorOf,
          callPlace, stackText, placeOfError } = kit;
  const aggregateProto = AggregateError.prototype, ALL = 'All promises were rejected';
  hide(aggregateProto, 'message', ALL); // Promise.any gives none: who catches its error had an empty text
  const genuine = new WeakMapOf();  // ToolErrors that the host gave -> {code, server, tool, details as JSON}
  const MOST_LISTED = 10;
  const MOST_FAILURE = 300;
  let lastFailure = '';             // of an envelope: who reads its result gets undefined

  class ToolError extends Error {
    constructor(message, { code, server, tool } = {}) {
      super(message);
      this.code = code; this.server = server; this.tool = tool;
    }
    // What the tool's function would have thrown in place of this envelope; undefined for one that is ok.
    static of(envelope) {
      if (typeof envelope !== 'object' || envelope === null || envelope.ok !== false) return undefined;
      const known = weakGet(failed, envelope);
      if (known !== undefined) return toolError(known.error, known.server, known.tool, kit.callSites(100), 'of');
      const { message, code } = membersOf(envelope.error);
      return new ToolError(message, { code });
    }
  }
  const failed = new WeakMapOf();   // failed envelopes that the host gave -> {error, server, tool}
  const membersOf = value => typeof value === 'object' && value !== null ? value : {};
  // Written into a text, an envelope's error is its words, as an Error is: `failed: ${r.error}`.
  const { toString } = { toString() { return this.code + ': ' + this.message; } };
  const worded = error => { hide(error, 'toString', toString); return error; };
  // The envelope, remembered where it is a failed one, as it is now: a script may change it.
  function given(envelope, server, tool) {
    if (!envelope.ok) {
      worded(envelope.error);
      const { code, message, details } = envelope.error;
      lastFailure = code + ': ' + (message.length > MOST_FAILURE ? slice(message, 0, MOST_FAILURE) + '…' : message);
      weakSet(failed, envelope, { __proto__: null, error: { __proto__: null, code, message, details }, server, tool });
    }
    return envelope;
  }
  hide(ToolError.prototype, 'name', 'ToolError');
  // In a value it is what an envelope's error is: `Promise.allSettled`, `{ error: e }`. (The message of an Error is no
  // member that JSON would write.)
  hide(ToolError.prototype, 'toJSON', {
    toJSON() { const { code, message, server, tool, details } = this; return { code, message, server, tool, details }; } }.toJSON);
  function toolError(error, server, tool, sites, name) {
    // Not through `class`: what a script makes of ToolError's own parents must not see this one.
    const e = construct(ErrorOf, [error.message], ToolError);
    put(e, 'code', error.code); put(e, 'server', server); put(e, 'tool', tool);
    // As text, before the script has them: what it makes of them is not ours to tell, and may be no JSON.
    const details = error.details === undefined ? undefined : attempt(() => stringify(error.details));
    if (error.details !== undefined) put(e, 'details', error.details);
    const place = callPlace(sites, name);
    kit.putStack(e, stackText(sites, 0, place));
    if (place !== null) weakSet(placeOfError, e, place);
    weakSet(genuine, e, { __proto__: null, code: error.code, server, tool, details });
    return e;
  }

  // {name, message, stack, isError}; never throws, whatever fights back in `e`.
  function describe(e) {
    try { return described(e, 0); }
    catch (again) { return { __proto__: null, name: 'Uncaught', message: '[unprintable]', stack: undefined, isError: false }; }
  }
  function described(e, depth) {
    if (typeof e !== 'object' && typeof e !== 'function' || e === null) {
      const message = typeof e === 'string' ? stringify(e) : textOf(e) + (typeof e === 'bigint' ? 'n' : '');
      return { __proto__: null, name: 'Uncaught', message, stack: undefined, isError: false };
    }
    if (brandOf(e) !== brandError) {
      const json = attempt(() => toJSON(e));
      return { __proto__: null, name: 'Uncaught', message: json === undefined ? kit.inspect(e) : json, stack: undefined, isError: false };
    }
    const name = attempt(() => StringOf(e.name)), message = attempt(() => StringOf(e.message));
    const stack = attempt(() => typeof e.stack === 'string' ? kit.framesOf(e, e.stack) : undefined);
    return { __proto__: null, name: name === undefined ? 'Error' : name,
      message: (message === undefined || message === ALL ? '' : message) + (protoOf(e) === aggregateProto && depth < 3 ? parts(e, depth) : ''), stack, isError: true };
  }
  // The errors of an AggregateError, one after the other.
  function parts(e, depth) {
    const errors = attempt(() => e.errors), count = attempt(() => errors.length);
    if (!kit.isList(errors) || typeof count !== 'number') return '';
    if (count === 0) return attempt(() => e.message) === ALL ? 'no promise was given' : '';
    let text = attempt(() => e.message) === ALL ? 'all ' + count + ' promises were rejected: ' : attempt(() => e.message) === '' ? '' : ': ';
    for (let i = 0; i < count && i < MOST_LISTED; i++) {
      const d = described(attempt(() => errors[i]), depth + 1);
      text += (i === 0 ? '' : '; ') + (i + 1) + '. ' + (d.isError ? said(d) : d.message);
    }
    return count > MOST_LISTED ? text + '; and ' + (count - MOST_LISTED) + ' more' : text;
  }
  const said = d => d.isError ? (d.name === '' ? '' : d.name + ': ') + d.message : d.name + ' ' + d.message;
  function causes(e) {
    let text = '';
    for (let depth = 0; depth < 5; depth++) {
      e = attempt(() => e.cause);
      if (typeof e !== 'object' || e === null) break;
      const d = describe(e);
      text += 'Caused by: ' + said(d) + '\n' + (d.stack === undefined ? '' : d.stack);
    }
    return text;
  }

  // ---- rejections that nobody handles -------------------------------------------------------------
  // The engine tells of each promise that rejects while nobody listens, and of each that is listened to
  // after all. What is left when the script ends is said.
  const unhandled = new MapOf();    // promise -> its reason
  let uncounted = 0;
  const MOST_KEPT = 100;
  function rejected(promise, reason, isHandled) {
    if (isHandled) { if (!mapDelete(unhandled, promise) && uncounted > 0) uncounted--; }
    else if (mapSize(unhandled) < MOST_KEPT) mapSet(unhandled, promise, reason);
    else uncounted++;
  }
  // Errors thrown where no script code can catch them: callbacks of timers and of queueMicrotask.
  const warnings = list();
  function uncaught(e, where) {
    const d = describe(e), text = 'Uncaught ' + where + (d.isError ? said(d) : d.message);
    kit.log('error', d.stack === undefined || d.stack === '' ? text : text + '\n' + slice(d.stack, 0, -1));
    if (warnings.length < MOST_LISTED) {
      const place = typeof e === 'object' && e !== null ? weakGet(placeOfError, e) : undefined;
      push(warnings, place === undefined ? text : text + ' (line ' + place[0] + ')');
    } else uncounted++;
  }
  // At the end of the script: the warnings that it leaves, as JSON; `reason`: what it failed with, told already.
  function leftWarnings(reason) {
    mapForEach(unhandled, r => { if (r !== reason || typeof r !== 'object') uncaught(r, '(in promise) '); });
    if (uncounted > 0) push(warnings, 'and ' + uncounted + ' more errors that nothing caught');
    return warnings.length === 0 ? '' : stringify(warnings);
  }

  kit.ToolError = ToolError; kit.toolError = toolError; kit.given = given; kit.worded = worded; kit.lastFailure = () => lastFailure; kit.genuine = genuine;
  kit.describe = describe; kit.said = said; kit.causes = causes;
  kit.rejected = rejected; kit.uncaught = uncaught; kit.leftWarnings = leftWarnings;
  kit.warn = text => { if (warnings.length < MOST_LISTED) push(warnings, text); };
})
