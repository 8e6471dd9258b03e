// The catalogue, and `tools`: a tool as a function, by the name that a script spells.
(function catalogue(kit) {
  'use strict';
  const { hide, list, push, attempt, joined, isList, isInteger, stringify, parse, StringOf, MapOf, mapGet, mapSet, PromiseOf, ProxyOf,
          TypeErrorOf, create, define, setProto, ask, callSites, toolError, callAsync, namedSpecial, identifier, matches } = kit;

  function envelopeOf(kind, members) { return parse(ask('{"t":"query","kind":"' + kind + '"' + members + '}')); }
  function query(kind, members, server, tool) {
    const envelope = envelopeOf(kind, members);
    if (!envelope.ok) throw toolError(envelope.error, server, tool, callSites(100), '');
    return envelope.result;
  }
  const mustBeText = (value, what) => {
    if (typeof value !== 'string') throw new TypeErrorOf(what + ' must be a string, not ' + (value === null ? 'null' : typeof value));
    return stringify(value);
  };
  // What the protocol calls these members can be read, too; it is not seen when they are listed.
  function rows(found) {
    for (let i = 0; i < found.length; i++) hide(found[i], 'name', found[i].tool);
    return found;
  }
  function described(tool) {
    hide(tool, 'name', tool.tool);
    hide(tool, 'inputSchema', tool.input_schema);
    hide(tool, 'outputSchema', tool.output_schema);
    return tool;
  }
  function list_tools(server) {
    return rows(query('list', server === undefined ? '' : ',"server":' + mustBeText(server, 'list_tools(server): server'), server));
  }
  function search_tools(text, limit) {
    let members = ',"query":' + mustBeText(text, 'search_tools(query): query');
    if (limit !== undefined) {
      if (!isInteger(limit) || limit < 1) throw new TypeErrorOf('search_tools(query, limit): limit must be a whole number from 1');
      members += ',"limit":' + limit;
    }
    return rows(query('search', members));
  }
  function describe_tool(server, tool) {
    // One name holds both, as it does outside.
    if (tool === undefined && typeof server === 'string') return described(query('describe', ',"query":' + stringify(server)));
    return described(query('describe', ',"server":' + mustBeText(server, 'describe_tool(server, tool): server') +
      ',"tool":' + mustBeText(tool, 'describe_tool(server, tool): tool'), server, tool));
  }
  const MOST_DESCRIBED = 50;
  function describe_tools(names) {
    const what = 'describe_tools(names)';
    if (typeof names === 'string') throw new TypeErrorOf(what + ' takes an array: describe_tools([' + stringify(names) + '])');
    if (!isList(names)) throw new TypeErrorOf(what + ' takes an array of "server.tool" or {server, tool}');
    const count = names.length;
    if (!isInteger(count) || count < 1 || count > MOST_DESCRIBED) throw new TypeErrorOf(what + ' takes 1 to ' + MOST_DESCRIBED + ' names, not ' + StringOf(count));
    let members = '';
    for (let i = 0; i < count; i++) {
      const name = names[i], place = what + ': names[' + i + ']';
      let text;
      if (typeof name === 'object' && name !== null) {
        const { server, tool } = name;
        text = '{"server":' + mustBeText(server, place + '.server') + ',"tool":' + mustBeText(tool, place + '.tool') + '}';
      } else text = mustBeText(name, place);
      members += (i === 0 ? '' : ',') + text;
    }
    const found = query('describe_all', ',"names":[' + members + ']');
    rows(found.tools);
    return found;
  }

  // ---- tools ------------------------------------------------------------------------------------
  // Names that JavaScript itself looks up on any object must not turn into calls: those go through call_tool.
  const reserved = { __proto__: null, then: 1, toJSON: 1, toString: 1, valueOf: 1, constructor: 1 };
  const isName = key => typeof key === 'string' && reserved[key] === undefined;
  const fixed = () => { throw new TypeErrorOf('tools cannot be changed'); };
  const MOST_NAMED = 20;
  // `read(key)` makes a member, `names()` lists them, `call(args)` is what the namespace does as a function.
  function namespace(read, names, text, call) {
    const known = new MapOf();
    const member = key => {
      let value = mapGet(known, key);
      if (value === undefined) { value = read(key); mapSet(known, key, value); }
      return value;
    };
    const toString = { toString() { return text(shown(names)); } }.toString;
    const target = call === undefined ? create(null) : setProto(() => {}, null);
    if (call !== undefined) { delete target.name; delete target.length; }
    return new ProxyOf(target, {
      __proto__: null,
      get: (_, key) => isName(key) ? member(key) : key === 'toString' ? toString : undefined,
      set: fixed, defineProperty: fixed, deleteProperty: fixed, setPrototypeOf: fixed, preventExtensions: fixed,
      has: (_, key) => typeof key === 'string' && includes(names(), key),
      ownKeys: () => names(),
      getOwnPropertyDescriptor: (_, key) => isName(key) && includes(names(), key)
        ? { __proto__: null, value: member(key), enumerable: true, configurable: true, writable: true } : undefined,
      apply: (_, self, args) => call(args[0]),
    });
  }
  function shown(names) {
    const all = attempt(names);
    if (all === undefined) return '';
    const some = list();
    for (let i = 0; i < all.length && i < MOST_NAMED; i++) push(some, all[i]);
    return joined(some, ', ') + (all.length > MOST_NAMED ? ' and ' + (all.length - MOST_NAMED) + ' more' : '');
  }
  function includes(values, item) {
    for (let i = 0; i < values.length; i++) if (values[i] === item) return true;
    return false;
  }
  const member = name => matches(identifier, name) !== null ? '.' + name : '[' + stringify(name) + ']';
  function toolNames(server) {
    const found = query('list', ',"server":' + stringify(server), server), names = [];
    for (let i = 0; i < found.length; i++) define(names, i, { __proto__: null, value: found[i].tool, writable: true, enumerable: true, configurable: true });
    return names;
  }
  // tools.get_user(args), tools["github.get_user"](args), tools.mcp__github__get_user(args): the host knows which.
  function callSpelled(name, args) {
    const sites = callSites(100);
    const envelope = envelopeOf('resolve', ',"query":' + stringify(name));
    if (!envelope.ok) return new PromiseOf((_, reject) => reject(toolError(envelope.error, undefined, name, sites, name)));
    return callAsync(envelope.result.server, envelope.result.tool, args, name);
  }
  function serverNamespace(server) {
    const spelled = 'tools' + member(server);
    return namedSpecial(namespace(
      tool => {
        const f = args => kit.callLoosely(server, tool, args);
        define(f, 'name', { __proto__: null, value: tool, configurable: true });
        return namedSpecial(f, 'a function, the tool ' + spelled + member(tool), 'call it: await ' + spelled + member(tool) + '(args)');
      },
      () => toolNames(server),
      names => spelled + ' has the tools ' + names + ': await ' + spelled + '.<tool>(args)',
      args => callSpelled(server, args)),
    spelled + ', a server', 'call one of its tools: await ' + spelled + '.<tool>(args)');
  }
  const tools = namespace(serverNamespace, () => query('servers', ''),
    names => 'tools has the servers ' + names + ': await tools.<server>.<tool>(args)');

  kit.includes = includes;
  kit.tools = namedSpecial(tools, 'tools itself', 'call one: await tools.<server>.<tool>(args)');
  kit.queries = { __proto__: null, list_tools, search_tools, describe_tool, describe_tools };
  kit.envelopeOf = envelopeOf;
})
