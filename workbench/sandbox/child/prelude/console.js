// The console: values as text, and the lines that the host keeps.
(function console(kit) {
  'use strict';
  const { list, push, pop, attempt, joined, slice, repeated, protoOf, keysOf, define, isList, includes, matches, stringify,
          StringOf, NumberOf, DateOf, MapOf, mapGet, mapSet, mapDelete, mapForEach, setForEach, brandOf, brandError,
          brandMap, brandSet, brandPromise, brandRegExp, brandBytes, identifier, special, weakGet, host, describe, said, textOf,
          mapSize, descriptorOf, uncurry, callSites, stackText } = kit;
  const dateISO = uncurry(Date.prototype.toISOString), setSize = uncurry(descriptorOf(Set.prototype, 'size').get);
  const symbolsOf = Object.getOwnPropertySymbols, isEnumerable = uncurry(Object.prototype.propertyIsEnumerable);
  const sourceOf = uncurry(Function.prototype.toString), objectProto = Object.prototype, arrayProto = Array.prototype, tag = Symbol.toStringTag;
  const functionKinds = [[async () => {}, 'AsyncFunction'], [function* () {}, 'GeneratorFunction'], [async function* () {}, 'AsyncGeneratorFunction']];
  const boxes = [Number, String, Boolean, BigInt, Symbol];
  for (let i = 0; i < functionKinds.length; i++) functionKinds[i] = kit.setProto([protoOf(functionKinds[i][0]), functionKinds[i][1]], null);
  for (let i = 0; i < boxes.length; i++) boxes[i] = kit.setProto([boxes[i].prototype, boxes[i].name, uncurry(boxes[i].prototype.valueOf)], null);
  kit.setProto(functionKinds, null); kit.setProto(boxes, null);
  const parseWhole = parseInt, parseReal = parseFloat, rounded = Math.round;
  const MAX_SHOWN = 100, MAX_LINE = 65536, MAX_VALUES = 100000;

  function inspect(value) {
    const seen = list();
    seen.left = MAX_VALUES;         // a value that stands in itself many times has no end: 100 in each of nine levels
    const text = attempt(() => shown(value, 0, seen));
    return text === undefined ? '[unprintable]' : text;
  }
  // `seen`: the objects around the value; those that are found in themselves stand in `seen.again`.
  function shown(value, depth, seen) {
    if (seen.left-- <= 0) return '…';
    switch (typeof value) {
      case 'string': return depth === 0 ? value : stringify(value);
      case 'number': return value === 0 && 1 / value < 0 ? '-0' : StringOf(value);
      case 'bigint': return StringOf(value) + 'n';
      case 'function': return functionText(value);
      case 'object': break;
      default: return textOf(value);
    }
    if (value === null) return 'null';
    if (value === kit.tools) return '[' + kit.tools + ']';
    if (includes(seen, value)) {
      seen.again ??= list();
      if (!includes(seen.again, value)) push(seen.again, value);
      for (let i = 0; i < seen.again.length; i++) if (seen.again[i] === value) return '[Circular *' + (i + 1) + ']';
    }
    const brand = brandOf(value), proto = attempt(() => protoOf(value));
    if (proto === DateOf.prototype) return attempt(() => dateISO(value)) || 'Invalid Date';
    if (brand === brandRegExp) return textOf(value);
    for (let i = 0; i < boxes.length; i++) {
      const inner = proto === boxes[i][0] ? attempt(() => boxes[i][2](value)) : undefined;
      if (inner !== undefined) return '[' + boxes[i][1] + ': ' + shown(inner, depth + 1, seen) + ']';
    }
    const isArray = isList(value), isError = brand === brandError;
    if (depth > 8 && !isError) return isArray ? '[Array]' : '[Object]';
    push(seen, value);
    const parts = list();
    let more = 0;
    const show = v => shown(v, depth + 1, seen);
    let name = '', open = '{', close = '}';
    if (isError) {
      const d = describe(value);
      open = said(d) + (d.stack === undefined || d.stack === '' || depth > 0 ? '' : '\n' + slice(d.stack, 0, -1));
      if (depth > 0) { pop(seen); return open; }
      membersOf(value, parts, show);
      close = parts.length === 0 ? '' : '}';
      open += parts.length === 0 ? '' : ' {';
    } else if (isArray || brand === brandBytes) {
      open = '['; close = ']';
      const count = attempt(() => value.length) || 0;
      name = classOf(value, proto, '(' + count + ')');
      let i = 0;
      while (i < count && parts.length < MAX_SHOWN) {
        const item = attempt(() => value[i]);
        const holes = item === undefined ? holesFrom(value, i, count) : 0;
        push(parts, holes === 0 ? show(item) : holes === 1 ? '<1 empty item>' : '<' + holes + ' empty items>');
        i += holes || 1;
      }
      more = count - i;
    } else if (brand === brandMap || brand === brandSet) {
      const isMap = brand === brandMap, count = attempt(() => isMap ? mapSize(value) : setSize(value));
      name = classOf(value, proto, count === undefined ? '' : '(' + count + ')');
      const take = text => { if (parts.length < MAX_SHOWN) push(parts, text()); else more++; };
      if (isMap) attempt(() => mapForEach(value, (v, k) => take(() => show(k) + ' => ' + show(v))));
      else attempt(() => setForEach(value, v => take(() => show(v))));
    } else if (brand === brandPromise) {
      open = 'Promise {'; push(parts, 'await it to see its value');
    } else if (brand !== null && brand.text !== undefined) {
      pop(seen);
      return brand.text(value);
    } else {
      name = classOf(value, proto, '');
      more = membersOf(value, parts, show);
    }
    pop(seen);
    if (more > 0) push(parts, '… ' + more + ' more');
    const text = name + open + joined(parts, ', ') + close;
    if (seen.again !== undefined) for (let i = 0; i < seen.again.length; i++) if (seen.again[i] === value) return '<ref *' + (i + 1) + '> ' + text;
    return text;
  }
  // What an object has, into `parts`; how many more there are. An accessor is named, not called.
  function membersOf(value, parts, show) {
    const keys = attempt(() => keysOf(value)) || list();
    const member = (key, name) => {
      const d = attempt(() => descriptorOf(value, key));
      const text = d === undefined || d.get === undefined && d.set === undefined ? show(attempt(() => value[key]))
        : d.set === undefined ? '[Getter]' : d.get === undefined ? '[Setter]' : '[Getter/Setter]';
      push(parts, name + ': ' + text);
    };
    for (let i = 0; i < keys.length && i < MAX_SHOWN; i++) member(keys[i], matches(identifier, keys[i]) !== null ? keys[i] : stringify(keys[i]));
    const symbols = attempt(() => symbolsOf(value)) || list();
    for (let i = 0; i < symbols.length && parts.length < MAX_SHOWN; i++) {
      if (attempt(() => isEnumerable(value, symbols[i])) === true) member(symbols[i], '[' + textOf(symbols[i]) + ']');
    }
    return keys.length - MAX_SHOWN;
  }
  // The class of an object and `size`, where that is worth a word: '' of plain objects and arrays.
  function classOf(value, proto, size) {
    if (proto === objectProto || proto === arrayProto || proto === undefined) return '';
    if (proto === null) return '[Object: null prototype] ';
    const made = attempt(() => descriptorOf(proto, 'constructor').value), name = typeof made === 'function' ? attempt(() => made.name) : undefined;
    const tagged = attempt(() => value[tag]), own = typeof name === 'string' && name !== '' ? name : 'Object';
    return own + size + (typeof tagged !== 'string' || tagged === '' || tagged === own ? ' ' : ' [' + tagged + '] ');
  }
  const MAX_HOLES = 10000;
  function holesFrom(value, from, count) {
    let i = from;
    while (i < count && i - from < MAX_HOLES && attempt(() => descriptorOf(value, i) === undefined && !(i in value)) === true) i++;
    return i - from;
  }
  function functionText(value) {
    const known = weakGet(special, value);
    if (known !== undefined && known.what[0] === 't') return '[' + known.what + ']';
    const name = attempt(() => StringOf(value.name)) || '', proto = attempt(() => protoOf(value));
    if (slice(attempt(() => sourceOf(value)) || '', 0, 5) === 'class') {
      const parent = typeof proto === 'function' ? attempt(() => StringOf(proto.name)) : '';
      return '[class ' + (name || '(anonymous)') + (parent ? ' extends ' + parent : '') + ']';
    }
    let kind = 'Function';
    for (let i = 0; i < functionKinds.length; i++) if (proto === functionKinds[i][0]) kind = functionKinds[i][1];
    return '[' + kind + (name === '' ? ' (anonymous)' : ': ' + name) + ']';
  }
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
  let indent = '';
  function log(level, text) {
    if (indent !== '') text = indent + joined(kit.split(text, '\n'), '\n' + indent);
    if (text.length > MAX_LINE) text = slice(text, 0, MAX_LINE) + '… (cut: ' + text.length + ' characters)';
    host(slice('L{"t":"log","level":"' + level + '","text":' + stringify(text) + '}', 0));
  }

  // ---- tables -----------------------------------------------------------------------------------
  const wide = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\ud83c-\ud83e][\udc00-\udfff]/;
  function width(text) {
    let cells = 0;
    for (let i = 0; i < text.length; i++) {
      const pair = slice(text, i, i + 2), one = slice(text, i, i + 1);
      if (matches(wide, one) !== null) cells += 2;
      else if (matches(wide, pair) !== null && pair.length === 2 && one >= '\ud800') { cells += 2; i++; } else cells++;
    }
    return cells;
  }
  // As Node draws them: a row an entry, a column a member, `Values` for entries that are no objects.
  function table(data, wanted) {
    if (typeof data !== 'object' || data === null) return undefined;
    const rows = list(), columns = list();
    let values = false;
    const only = isList(wanted) ? wanted : undefined;
    const isObject = v => typeof v === 'object' && v !== null && brandOf(v) === null;
    const add = (index, entry) => {
      if (rows.length >= MAX_SHOWN) return;
      const cells = new MapOf();
      if (isObject(entry)) {
        const keys = attempt(() => keysOf(entry)) || list();
        for (let i = 0; i < keys.length; i++) {
          if (only !== undefined && !includes(only, keys[i])) continue;
          mapSet(cells, keys[i], shownIn(attempt(() => entry[keys[i]])));
          if (only === undefined && !includes(columns, keys[i]) && columns.length < 50) push(columns, keys[i]);
        }
        push(rows, { __proto__: null, index, cells, value: '' });
      } else {
        values = true;
        push(rows, { __proto__: null, index, cells, value: shownIn(entry) });
      }
    };
    const shownIn = v => typeof v === 'string' ? "'" + v + "'" : attempt(() => shown(v, 6, list())) ?? '';
    const brand = brandOf(data);
    let first = '(index)';
    if (brand === brandMap) { first = '(iteration index)'; let i = 0; attempt(() => mapForEach(data, (v, k) => add(StringOf(i++), [k, v]))); }
    else if (brand === brandSet) { first = '(iteration index)'; let i = 0; attempt(() => setForEach(data, v => add(StringOf(i++), v))); }
    else { const keys = attempt(() => keysOf(data)) || list(); for (let i = 0; i < keys.length; i++) add(keys[i], attempt(() => data[keys[i]])); }
    if (only !== undefined) for (let i = 0; i < only.length; i++) push(columns, textOf(only[i]));
    const head = list();
    push(head, first);
    for (let i = 0; i < columns.length; i++) push(head, columns[i]);
    if (values) push(head, 'Values');
    const lines = list(), widths = list();
    for (let c = 0; c < head.length; c++) push(widths, width(head[c]));
    const grid = list();
    for (let r = 0; r < rows.length; r++) {
      const row = list();
      push(row, rows[r].index);
      for (let c = 0; c < columns.length; c++) push(row, mapGet(rows[r].cells, columns[c]) ?? '');
      if (values) push(row, rows[r].value);
      for (let c = 0; c < row.length; c++) if (width(row[c]) > widths[c]) widths[c] = width(row[c]);
      push(grid, row);
    }
    const rule = (left, cross, right) => {
      let text = left;
      for (let c = 0; c < widths.length; c++) text += (c === 0 ? '' : cross) + repeated('─', widths[c] + 2);
      return text + right;
    };
    const line = row => {
      let text = '│';
      for (let c = 0; c < row.length; c++) text += ' ' + row[c] + repeated(' ', widths[c] - width(row[c])) + ' │';
      return text;
    };
    push(lines, rule('┌', '┬', '┐')); push(lines, line(head)); push(lines, rule('├', '┼', '┤'));
    for (let r = 0; r < grid.length; r++) push(lines, line(grid[r]));
    push(lines, rule('└', '┴', '┘'));
    return joined(lines, '\n');
  }

  // ---- the object -------------------------------------------------------------------------------
  const labelled = label => label === undefined ? 'default' : textOf(label);
  const counts = new MapOf(), timers = new MapOf();
  const took = label => rounded(kit.now() - mapGet(timers, label)) + 'ms';
  const withTimer = (name, label, use) => {
    label = labelled(label);
    if (mapGet(timers, label) === undefined) log('warn', 'console.' + name + ": no timer '" + label + "': start it with console.time('" + label + "')");
    else use(label);
  };
  function group(...values) {
    if (values.length > 0) log('log', lineOf(values));
    if (indent.length < 40) indent += '  ';
  }
  const methods = {
    __proto__: null,
    log(...values) { log('log', lineOf(values)); },
    info(...values) { log('info', lineOf(values)); },
    warn(...values) { log('warn', lineOf(values)); },
    error(...values) { log('error', lineOf(values)); },
    debug(...values) { log('debug', lineOf(values)); },
    dir(value) { log('log', typeof value === 'string' ? stringify(value) : inspect(value)); },
    dirxml(...values) { log('log', lineOf(values)); },
    table(data, columns) { const text = attempt(() => table(data, columns)); log('log', text === undefined ? inspect(data) : text); },
    trace(...values) { const text = lineOf(values); log('debug', 'Trace' + (text === '' ? '' : ': ' + text) + '\n' + slice(stackText(callSites(100)), 0, -1)); },
    assert(condition, ...values) {
      if (condition) return;
      if (typeof values[0] === 'string') values[0] = 'Assertion failed: ' + values[0];
      log('error', values.length === 0 ? 'Assertion failed' : typeof values[0] === 'string' ? lineOf(values) : 'Assertion failed: ' + lineOf(values));
    },
    group, groupCollapsed: group,
    groupEnd() { indent = slice(indent, 2); },
    count(label) { label = labelled(label); const n = (mapGet(counts, label) ?? 0) + 1; mapSet(counts, label, n); log('log', label + ': ' + n); },
    countReset(label) { mapDelete(counts, labelled(label)); },
    time(label) { mapSet(timers, labelled(label), kit.now()); },
    timeLog(label, ...values) { withTimer('timeLog', label, l => log('log', l + ': ' + took(l) + (values.length === 0 ? '' : ' ' + lineOf(values)))); },
    timeEnd(label) { withTimer('timeEnd', label, l => { log('log', l + ': ' + took(l)); mapDelete(timers, l); }); },
    clear() { indent = ''; },
  };
  const console_ = {};
  const names = keysOf(methods);
  for (let i = 0; i < names.length; i++) {
    define(console_, names[i], { value: methods[names[i]], writable: true, configurable: true, enumerable: true });
    define(methods[names[i]], 'name', { value: names[i], configurable: true });
  }

  kit.inspect = inspect; kit.log = log; kit.console = console_;
})
