// Calls of tools: blocking, in a batch, asynchronous; and what else the script waits for.
(function calls(kit) {
  'use strict';
  const { list, push, attempt, textOf, isArray, isList, keysOf, isInteger, isFiniteNumber, stringify, parse, StringOf, NumberOf,
          PromiseOf, MapOf, mapGet, mapSet, mapDelete, TypeErrorOf, toJSON, refusal, at, callPlace, callSites, toolError,
          given, lazy, worded, ask, tell, slice } = kit;
  let operations = 0;               // as the worker counts them: one for each frame that has an `op`
  const pending = new MapOf();      // operation -> who waits for it

  const MAX_NAME = 1024;
  // One call, without the beginning of its frame; a call that cannot be made says so in `refused`, and the
  // host answers it. Runs user code (toJSON, getters), so an operation gets its number after it.
  function callBody(server, tool, args, place) {
    let refused = '';
    let body = 'null';
    if (typeof server !== 'string' || typeof tool !== 'string' || server === '' || tool === '') {
      refused = refuse('INVALID_ARGS', 'server and tool must be strings that are not empty: ' + meant(server, tool));
      server = slice(textOf(server), 0, MAX_NAME); tool = slice(textOf(tool), 0, MAX_NAME);
    } else if (server.length > MAX_NAME || tool.length > MAX_NAME) {
      refused = refuse('INVALID_ARGS', 'server and tool are names of at most ' + MAX_NAME + ' characters');
      server = slice(server, 0, MAX_NAME); tool = slice(tool, 0, MAX_NAME);
    } else if (args === undefined) body = '{}';
    else if (typeof args !== 'object' || args === null || isList(args)) {
      refused = refuse('INVALID_ARGS', 'args must be an object, not ' + (args === null ? 'null' : typeof args === 'object' ? 'an array' : 'a ' + typeof args));
    } else {
      try {
        const json = toJSON(args);
        if (json === undefined || json[0] !== '{') refused = refuse('INVALID_ARGS', 'args must be an object when written as JSON');
        else body = json;
      } catch (e) { refused = refuse('SERIALIZATION_ERROR', 'args are not JSON: ' + refusal(e)); }
    }
    return frameOf(server, tool, body, place, refused);
  }
  // What call_tool('demo.now', args), call_tool({ server, tool, args }) and the like should have been.
  function meant(server, tool) {
    const usage = 'call_tool(server, tool, args)';
    if (typeof server === 'object' && server !== null) {
      const s = attempt(() => server.server), t = attempt(() => server.tool);
      if (typeof s !== 'string' || typeof t !== 'string' || s.length + t.length > MAX_NAME) return usage + ' takes three arguments';
      return 'call_tool(' + stringify(s) + ', ' + stringify(t) + ', args) takes three arguments';
    }
    if (typeof server !== 'string' || typeof tool === 'string' || server.length > MAX_NAME) return usage;
    if (typeof kit.queries[server] === 'function') return server + ' is a function of its own: ' + server + '(…)';
    // github.get_issue, github:get_issue, github/get_issue, github__get_issue, mcp__github__get_issue, tools.github.get_issue
    const from = slice(server, 0, 5) === 'mcp__' ? 5 : slice(server, 0, 6) === 'tools.' ? 6 : 0;
    for (let i = from + 1; i < server.length - 1; i++) {
      const sign = server[i], wide = sign === '.' || sign === ':' || sign === '/' ? 1 : sign === '_' && server[i + 1] === '_' ? 2 : 0;
      if (wide > 0 && i + wide < server.length)
        return 'call_tool(' + stringify(slice(server, from, i)) + ', ' + stringify(slice(server, i + wide, server.length)) + ', args)';
    }
    return usage + '; ' + stringify(server) + ' was given without a tool';
  }
  const frameOf = (server, tool, args, place, refused) =>
    ',"server":' + stringify(server) + ',"tool":' + stringify(tool) + ',"args":' + args + at(place) + refused + '}';
  const refuse = (code, message) => ',"refused":{"code":"' + code + '","message":' + stringify(message) + '}';
  const blocking = '{"t":"call","op":0';
  function wait(who, frame) {
    const op = ++operations;
    mapSet(pending, op, who);
    tell('{"t":"' + frame.t + '","op":' + op + frame.rest);
    return op;
  }
  // whole: the promise is of the envelope. loosely: the names are as the script spells them after `tools.`,
  // and the host finds what is meant.
  // name: what the script calls it by, where that is a name.
  function issue(server, tool, args, whole, loosely, name) {
    const sites = callSites(100);
    return issued((loosely ? ',"spelled":true' : '') + (whole ? '' : ',"bare":true') + callBody(server, tool, args, callPlace(sites, name)), server, tool, sites, whole, name);
  }
  const issued = (rest, server, tool, sites, whole, name) => new PromiseOf((resolve, reject) => {
    wait({ __proto__: null, resolve, reject, server, tool, sites, whole, name }, { __proto__: null, t: 'call', rest });
  });

  // ---- what a server has beside tools -----------------------------------------------------------
  // One request, without the beginning of its frame, as callBody makes it of a tool's. `params` is JSON, or
  // null: then `usage` says what was expected.
  function requestBody(kind, method, server, params, usage, place) {
    let refused = '';
    if (typeof server !== 'string' || server === '' || server.length > MAX_NAME) {
      refused = refuse('INVALID_ARGS', 'server must be the name of a server, a string: ' + usage);
      server = slice(textOf(server), 0, MAX_NAME);
    } else if (params === null) refused = refuse('INVALID_ARGS', usage);
    return ',"kind":"' + kind + '"' + frameOf(server, method, params === null ? '{}' : params, place, refused);
  }
  // A link in a tool's result, a row of list_resources and an embedded resource stand for their address.
  function addressOf(value) {
    if (typeof value === 'string') return value;
    if (typeof value !== 'object' || value === null) return undefined;
    const uri = attempt(() => value.uri), inner = uri === undefined ? attempt(() => value.resource) : undefined;
    return typeof inner === 'object' && inner !== null ? attempt(() => inner.uri) : uri;
  }
  const read = (server, uri, place) => {
    const address = addressOf(uri);
    return requestBody('resource', 'resources/read', server,
      typeof address === 'string' && address !== '' ? '{"uri":' + stringify(address) + '}' : null,
      'read_resource(server, uri) takes an address like "docs://guide", or a link that has one', place);
  };
  const listed = (server, place) => requestBody('resource', 'resources/list', server, '{}', 'list_resources(server)', place);
  const prompts = (server, place) => requestBody('prompt', 'prompts/list', server, '{}', 'list_prompts(server)', place);
  const prompt = (server, name, args, place) => {
    let given = args === undefined ? '{}' : null;
    if (typeof args === 'object' && args !== null && !isList(args)) {
      const json = attempt(() => toJSON(args));
      if (json !== undefined && json[0] === '{') given = json;
    }
    const fits = typeof name === 'string' && name !== '' && given !== null;
    return requestBody('prompt', 'prompts/get', server,
      fits ? '{"name":' + stringify(name) + ',"arguments":' + given + '}' : null,
      "get_prompt(server, name, args) takes a prompt's name and an object of its arguments", place);
  };
  const now = (body, server, method) => given(lazy(parse(ask(blocking + body))), server, method);
  const eventuallyAsk = (make, server, method, name) => { const sites = callSites(100); return issued(make(callPlace(sites, name)), server, method, sites, true, name); };
  const requests = {
    __proto__: null,
    read_resource(server, uri) { return now(read(server, uri, callPlace(callSites(16), 'read_resource')), server, 'resources/read'); },
    list_resources(server) { return now(listed(server, callPlace(callSites(16), 'list_resources')), server, 'resources/list'); },
    get_prompt(server, name, args) { return now(prompt(server, name, args, callPlace(callSites(16), 'get_prompt')), server, 'prompts/get'); },
    list_prompts(server) { return now(prompts(server, callPlace(callSites(16), 'list_prompts')), server, 'prompts/list'); },
  };
  // What they are where their envelope is awaited (parallel.py writes these names there).
  const eventualRequests = {
    __proto__: null,
    $readresource: { read_resource(server, uri) { return eventuallyAsk(place => read(server, uri, place), server, 'resources/read', 'read_resource'); } }.read_resource,
    $listresources: { list_resources(server) { return eventuallyAsk(place => listed(server, place), server, 'resources/list', 'list_resources'); } }.list_resources,
    $getprompt: { get_prompt(server, name, args) { return eventuallyAsk(place => prompt(server, name, args, place), server, 'prompts/get', 'get_prompt'); } }.get_prompt,
    $listprompts: { list_prompts(server) { return eventuallyAsk(place => prompts(server, place), server, 'prompts/list', 'list_prompts'); } }.list_prompts,
  };

  function call_tool(server, tool, args) {
    return given(lazy(parse(ask(blocking + callBody(server, tool, args, callPlace(callSites(16), 'call_tool'))))), server, tool);
  }
  // What `call_tool` is where its envelope is awaited (parallel.py writes it there).
  const eventually = { call_tool(server, tool, args) { return issue(server, tool, args, true, false, 'call_tool'); } }.call_tool;
  const callAsync = (server, tool, args, name) => issue(server, tool, args, false, false, name);
  const callLoosely = (server, tool, args) => issue(server, tool, args, false, true, tool);

  let lastRefusal = '';             // of a batch: scripts map over it as if it were the list
  const invalid = message => {
    lastRefusal = message;
    return { ok: false, error: worded({ code: 'INVALID_ARGS', message }) };
  };
  function call_tools(calls, options) {
    if (!isList(calls)) return invalid('call_tools takes an array of {server, tool, args}');
    const count = calls.length; // once: a Proxy may say something else the next time
    if (!isInteger(count) || count < 0) return invalid('call_tools takes an array of {server, tool, args}');
    if (count > 100) return invalid('call_tools takes at most 100 calls, not ' + count);
    let width = 0;
    if (options !== undefined) {
      if (typeof options !== 'object' || options === null) return invalid('the options of call_tools must be an object {max_parallel}');
      const names = keysOf(options);
      for (let i = 0; i < names.length; i++) if (names[i] !== 'max_parallel') return invalid('unknown option ' + stringify(names[i]) + ' of call_tools: there is max_parallel');
      const given = options.max_parallel;
      if (given !== undefined) {
        width = given;
        if (!isInteger(width) || width < 1 || width > 32) return invalid('max_parallel must be a whole number from 1 to 32');
      }
    }
    const place = callPlace(callSites(16), 'call_tools');
    const servers = list(), tools = list();
    let frames = '';
    for (let i = 0; i < count; i++) {
      const c = calls[i], where = 'calls[' + i + ']';
      if (typeof c !== 'object' || c === null || isList(c)) return invalid(where + ' must be an object {server, tool, args}');
      const names = keysOf(c);
      for (let j = 0; j < names.length; j++) {
        const name = names[j];
        if (name !== 'server' && name !== 'tool' && name !== 'args') return invalid(where + ' has an unknown member ' + stringify(name) + ': a call is {server, tool, args}');
      }
      const { server, tool, args } = c;
      if (typeof server !== 'string' || server === '') return invalid(where + '.server must be a string that is not empty');
      if (typeof tool !== 'string' || tool === '') return invalid(where + '.tool must be a string that is not empty');
      if (args !== undefined && (typeof args !== 'object' || args === null || isList(args))) return invalid(where + '.args must be an object');
      push(servers, server); push(tools, tool);
      frames += (i === 0 ? '' : ',') + blocking + callBody(server, tool, args, place);
    }
    if (count === 0) return [];
    const envelopes = parse(ask('{"t":"batch","width":' + width + ',"calls":[' + frames + ']}'));
    for (let i = 0; i < count; i++) envelopes[i] = given(lazy(envelopes[i]), servers[i], tools[i]);
    return envelopes;
  }

  function sleep(ms) {
    const time = NumberOf(ms);
    if (!isFiniteNumber(time) || time < 0) throw new TypeErrorOf('sleep(ms) takes a number of milliseconds from 0, not ' + textOf(ms));
    return new PromiseOf((resolve, reject) => {
      wait({ __proto__: null, resolve, reject }, { __proto__: null, t: 'sleep', rest: ',"ms":' + time + '}' });
    });
  }
  // `fire` is called after `ms`; forget(op) takes it back.
  const later = (ms, fire) => wait({ __proto__: null, fire }, { __proto__: null, t: 'sleep', rest: ',"ms":' + ms + '}' });
  const forget = op => mapDelete(pending, op);

  // The worker hands over the answer of an operation: an envelope, or '' for a time that is over.
  function settle(op, json) {
    const who = mapGet(pending, op);
    if (who === undefined) return;
    mapDelete(pending, op);
    if (who.fire !== undefined) { who.fire(); return; }
    if (json === '') { who.resolve(undefined); return; }
    const envelope = parse(json);
    if (who.whole) who.resolve(given(lazy(envelope), who.server, who.tool));
    else if (envelope.ok) who.resolve(envelope.result);
    else {
      // Of a call by names as a script spells them: the names of the tool that was meant.
      const { error, meant } = envelope;
      who.reject(meant === undefined ? toolError(error, who.server, who.tool, who.sites, who.name) : toolError(error, meant.server, meant.tool, who.sites, who.name));
    }
  }

  kit.countAnew = () => { operations = 0; };
  kit.call_tool = call_tool; kit.call_tools = call_tools; kit.eventually = eventually; kit.callAsync = callAsync; kit.callLoosely = callLoosely;
  kit.requests = requests; kit.eventualRequests = eventualRequests;
  kit.sleep = sleep; kit.later = later; kit.forget = forget; kit.settle = settle;
  kit.lastRefusal = () => lastRefusal;
})
