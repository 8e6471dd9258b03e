// The console: values as text, and the lines that the host keeps.
(function console(kit) {
  'use strict';
  const { list, push, pop, attempt, joined, slice, repeated, protoOf, keysOf, define, isList, includes, matches, stringify,
          StringOf, NumberOf, DateOf, MapOf, mapGet, mapSet, mapDelete, mapForEach, setForEach, brandOf, brandError,
          brandMap, brandSet, brandPromise, brandRegExp, identifier, special, weakGet, host, describe, said, textOf,
          uncurry, callSites, stackText } = kit;
  const dateISO = uncurry(Date.prototype.toISOString), boxed = [Number.prototype, String.prototype, Boolean.prototype];
  const parseWhole = parseInt, parseReal = parseFloat, rounded = Math.round;
  const MAX_SHOWN = 100, MAX_LINE = 65536;

  function inspect(value) {
    const text = attempt(() => shown(value, 0, list()));
    return text === undefined ? '[unprintable]' : text;
  }
  function shown(value, depth, seen) {
    switch (typeof value) {
      case 'string': return depth === 0 ? value : stringify(value);
      case 'bigint': return StringOf(value) + 'n';
      case 'function': {
        const known = weakGet(special, value);
        if (known !== undefined && known.what[0] === 't') return '[' + known.what + ']';
        return '[Function ' + (attempt(() => StringOf(value.name)) || 'anonymous') + ']';
      }
      case 'object': break;
      default: return textOf(value);
    }
    if (value === null) return 'null';
    if (value === kit.tools) return '[' + kit.tools + ']';
    if (includes(seen, value)) return '[Circular]';
    const brand = brandOf(value), proto = attempt(() => protoOf(value));
    if (brand === brandError) {
      const d = describe(value);
      return said(d) + (d.stack === undefined || d.stack === '' || depth > 0 ? '' : '\n' + slice(d.stack, 0, -1));
    }
    if (proto === DateOf.prototype) return attempt(() => dateISO(value)) || 'Invalid Date';
    if (brand === brandRegExp) return textOf(value);
    const isArray = isList(value);
    if (depth > 8) return isArray ? '[Array]' : '[Object]';
    push(seen, value);
    const parts = list();
    let more = 0;
    const show = v => shown(v, depth + 1, seen);
    let open = '{', close = '}';
    if (isArray) {
      open = '['; close = ']';
      const count = attempt(() => value.length) || 0;
      for (let i = 0; i < count && i < MAX_SHOWN; i++) push(parts, show(attempt(() => value[i])));
      more = count - MAX_SHOWN;
    } else if (brand === brandMap) {
      open = 'Map {';
      attempt(() => mapForEach(value, (v, k) => { if (parts.length < MAX_SHOWN) push(parts, show(k) + ' => ' + show(v)); else more++; }));
    } else if (brand === brandSet) {
      open = 'Set {';
      attempt(() => setForEach(value, v => { if (parts.length < MAX_SHOWN) push(parts, show(v)); else more++; }));
    } else if (brand === brandPromise) {
      open = 'Promise {'; push(parts, 'await it to see its value');
    } else if (brand !== null && brand.text !== undefined) {
      pop(seen);
      return brand.text(value);
    } else {
      const keys = attempt(() => keysOf(value)) || list();
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
