// Intl for en-US: what locales and options there are, comparing texts, plurals, lists, relative times. What is
// not supported is refused: a wrong text would go unseen.
(function intl(kit) {
  'use strict';
  const { hide } = kit;

  kit.makeIntl = () => {
    const refuse = (what, asked, cure) => { throw new RangeError(`${what}: ${asked} is not supported here` + (cure === undefined ? '' : ` (${cure})`)); };
    const localesOf = locales => locales === undefined ? [] : typeof locales === 'string' ? [locales] : typeof locales === 'object' && locales !== null && typeof locales[Symbol.iterator] === 'function' ? [...locales] : [locales];
    function localeOf(locales, what, known = ['en-US']) {
      const list = localesOf(locales);
      if (list.length === 0) return 'en-US';
      for (const given of list) {
        if (typeof given !== 'string' && (typeof given !== 'object' || given === null)) throw new TypeError('Incorrect locale information provided');
        const tag = String(given);
        if (!/^[a-z]{2,8}([-_][a-z0-9]{1,8})*$/i.test(tag)) throw new RangeError('Incorrect locale information provided');
      }
      const tag = String(list[0]), name = tag.toLowerCase();
      if (name === 'en' || name === 'en-us') return 'en-US';
      const found = known.find(one => one.toLowerCase() === name || one === 'sv-SE' && name === 'sv');
      if (found !== undefined) return found;
      return refuse(what, `the locale ${tag}`, known.length > 1 ? `en-US; numeric dates of ${known.slice(1).join(', ')}` : 'only en-US');
    }
    function optionsOf(options) {
      if (options === undefined) return {};
      if (options === null) throw new TypeError('Cannot convert undefined or null to object');
      return Object(options);
    }
    function option(options, name, allowed, otherwise) {
      const given = options[name];
      if (given === undefined) return otherwise;
      const text = String(given);
      if (!allowed.includes(text)) throw new RangeError(`Value ${text} out of range for Intl options property ${name}`);
      return text;
    }
    function plain(given, what, name, only) { if (given !== undefined && String(given) !== only) refuse(what, `${name}: '${given}'`); }
    // Intl.NumberFormat(…) is new Intl.NumberFormat(…).
    function callable(Class, name) {
      function Made(locales, options) { return Reflect.construct(Class, [locales, options], new.target ?? Made); }
      Made.prototype = Class.prototype;
      Object.defineProperty(Made, 'name', { value: name });
      hide(Class.prototype, 'constructor', Made);
      hide(Made, 'supportedLocalesOf', locales => localesOf(locales).map(String).filter(tag => /^en(-us)?$/i.test(tag)));
      return Made;
    }
    const shared = { refuse, localeOf, optionsOf, option, plain, callable };
    const { NumberFormat, decimalOf, rounded, digitParts, resolve } = kit.makeNumbers(shared);
    const dates = kit.makeDates(shared);

    // ---- comparing texts --------------------------------------------------------------------------
    // As CLDR's root collation has it for Latin: first letters, then accents, then case. Other scripts stand
    // after it by code point.
    const order = '_-,;:!?.\'"()[]{}@*/\\&#%`^+<=>|~$';
    const weights = { __proto__: null, '\t': 1, '\n': 2, '\v': 3, '\f': 4, '\r': 5, ' ': 6 };
    for (let i = 0; i < order.length; i++) weights[order[i]] = 10 + i;
    for (let i = 0; i < 10; i++) weights[i] = 100 + i;
    for (let i = 0; i < 26; i++) weights[String.fromCharCode(97 + i)] = 200 + i * 4;
    Object.assign(weights, { 'ð': weights.d + 1, 'þ': weights.z + 1, 'ı': weights.i + 1 });
    const spread = { __proto__: null, 'æ': 'a\u0338e', 'œ': 'o\u0338e', 'ß': 's\u0338s', 'ø': 'o\u0338', 'ł': 'l\u0335', 'đ': 'd\u0335', 'ħ': 'h\u0335', 'ŧ': 't\u0335' };
    const NUMBER = 99;
    const caches = [new Map(), new Map()];
    function keyOf(text, numeric) {
      const cache = caches[numeric ? 1 : 0], known = cache.get(text);
      if (known !== undefined) return known;
      if (cache.size > 20000) cache.clear();
      let primary = '', secondary = '', tertiary = '';
      const decomposed = /^[\x00-\x7f]*$/.test(text) ? text : text.normalize('NFKD').replace(/[æœßøłđħŧÆŒẞØŁĐĦŦ]/g, c => { const low = c.toLowerCase(), both = spread[low]; return low === c ? both : both.replace(/[a-z]/g, x => x.toUpperCase()); });
      for (let i = 0; i < decomposed.length;) {
        const point = decomposed.codePointAt(i), character = String.fromCodePoint(point), small = character.toLowerCase();
        i += character.length;
        if (point < 9 || point > 13 && point < 32 || point >= 127 && point < 160) continue;
        if (point >= 0x300 && point <= 0x36f) { secondary += character; continue; }
        if (numeric && point >= 48 && point <= 57) {
          let digits = character;
          while (decomposed[i] >= '0' && decomposed[i] <= '9') digits += decomposed[i++];
          digits = digits.replace(/^0+(?=.)/, '');
          primary += String.fromCharCode(NUMBER, digits.length) + digits;
        } else primary += String.fromCharCode(...(weights[small] !== undefined ? [weights[small]] : point < 0xd000 ? [0x400 + small.codePointAt(0)] : [0xe000, point >> 12, 1 + (point & 0xfff)]));
        secondary += '\u0001';
        tertiary += small === character ? '0' : '1';
      }
      const key = { primary, secondary, tertiary };
      cache.set(text, key);
      return key;
    }
    const by = (a, b) => a < b ? -1 : a > b ? 1 : 0;
    function compare(a, b, { numeric, sensitivity }) {
      if (a === b) return 0;
      const x = keyOf(a, numeric), y = keyOf(b, numeric);
      return by(x.primary, y.primary) || (sensitivity === 'accent' || sensitivity === 'variant' ? by(x.secondary, y.secondary) : 0) ||
        (sensitivity === 'case' || sensitivity === 'variant' ? by(x.tertiary, y.tertiary) : 0);
    }
    const usual = { numeric: false, sensitivity: 'variant' };
    function collation(locales, given) {
      if (locales === undefined && given === undefined) return usual;
      const what = 'Intl.Collator', options = optionsOf(given);
      localeOf(locales, what);
      const r = { usage: option(options, 'usage', ['sort', 'search'], 'sort'), sensitivity: option(options, 'sensitivity', ['base', 'accent', 'case', 'variant'], 'variant'), numeric: Boolean(options.numeric) };
      if (option(options, 'caseFirst', ['upper', 'lower', 'false'], 'false') === 'upper') refuse(what, "caseFirst: 'upper'");
      if (options.ignorePunctuation) refuse(what, 'ignorePunctuation');
      return r;
    }
    class Collator {
      #resolved; #compare;
      constructor(locales, options) { this.#resolved = { usage: 'sort', ...collation(locales, options) }; }
      get compare() { return this.#compare ??= (a, b) => compare(String(a), String(b), this.#resolved); }
      resolvedOptions() { return { locale: 'en-US', usage: this.#resolved.usage, sensitivity: this.#resolved.sensitivity, ignorePunctuation: false, collation: 'default', numeric: this.#resolved.numeric, caseFirst: 'false' }; }
      get [Symbol.toStringTag]() { return 'Intl.Collator'; }
    }

    // ---- plurals, lists, relative times -----------------------------------------------------------
    class PluralRules {
      #type; #digits;
      constructor(locales, given) {
        const options = optionsOf(given);
        localeOf(locales, 'Intl.PluralRules');
        this.#type = option(options, 'type', ['cardinal', 'ordinal'], 'cardinal');
        this.#digits = resolve({ ...options, style: undefined });
      }
      select(value) {
        const d = decimalOf(Number(value));
        if (d.special !== undefined) return 'other';
        const shown = digitParts(rounded(d, this.#digits), { ...this.#digits, useGrouping: false }).map(part => part.value).join('');
        if (this.#type === 'cardinal') return shown === '1' ? 'one' : 'other';
        if (shown.includes('.')) return 'other';
        const n = Number(shown) % 100, last = n % 10;
        return last === 1 && n !== 11 ? 'one' : last === 2 && n !== 12 ? 'two' : last === 3 && n !== 13 ? 'few' : 'other';
      }
      resolvedOptions() { return { locale: 'en-US', type: this.#type, pluralCategories: this.#type === 'cardinal' ? ['one', 'other'] : ['few', 'one', 'two', 'other'] }; }
      get [Symbol.toStringTag]() { return 'Intl.PluralRules'; }
    }
    class ListFormat {
      #type; #style;
      constructor(locales, given) {
        const options = optionsOf(given);
        localeOf(locales, 'Intl.ListFormat');
        this.#type = option(options, 'type', ['conjunction', 'disjunction', 'unit'], 'conjunction');
        this.#style = option(options, 'style', ['long', 'short', 'narrow'], 'long');
      }
      formatToParts(list) {
        const items = [...list].map(item => { if (typeof item !== 'string') throw new TypeError('Iterable yielded a non-String value'); return item; });
        const joint = this.#type === 'unit' ? (this.#style === 'narrow' ? ' ' : ', ') : ', ';
        const word = this.#type === 'disjunction' ? 'or' : this.#style === 'long' ? 'and' : this.#style === 'short' ? '&' : '';
        const last = this.#type === 'unit' ? joint : word === '' ? ', ' : items.length === 2 ? ` ${word} ` : `, ${word} `;
        return items.flatMap((value, i) => [...(i === 0 ? [] : [{ type: 'literal', value: i === items.length - 1 ? last : joint }]), { type: 'element', value }]);
      }
      format(list) { return this.formatToParts(list).map(part => part.value).join(''); }
      resolvedOptions() { return { locale: 'en-US', type: this.#type, style: this.#style }; }
      get [Symbol.toStringTag]() { return 'Intl.ListFormat'; }
    }
    const spans = { second: 'sec.', minute: 'min.', hour: 'hr.', day: 'day', week: 'wk.', month: 'mo.', quarter: 'qtr.', year: 'yr.' };
    const near = { second: { 0: 'now' }, minute: { 0: 'this minute' }, hour: { 0: 'this hour' }, day: { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' } };
    for (const unit of ['week', 'month', 'quarter', 'year']) near[unit] = { '-1': `last ${unit}`, 0: `this ${unit}`, 1: `next ${unit}` };
    class RelativeTimeFormat {
      #style; #numeric; #numbers = new NumberFormat('en-US');
      constructor(locales, given) {
        const options = optionsOf(given);
        localeOf(locales, 'Intl.RelativeTimeFormat');
        this.#style = option(options, 'style', ['long', 'short', 'narrow'], 'long');
        if (this.#style === 'narrow') refuse('Intl.RelativeTimeFormat', "style: 'narrow'");
        this.#numeric = option(options, 'numeric', ['always', 'auto'], 'always');
      }
      format(value, given) {
        const number = Number(value), unit = String(given).replace(/s$/, '');
        if (spans[unit] === undefined) throw new RangeError(`Invalid unit argument for format() '${given}'`);
        if (!Number.isFinite(number)) throw new RangeError('The value must be finite for Intl.RelativeTimeFormat.prototype.format()');
        const word = this.#numeric === 'auto' ? near[unit][number] : undefined;
        if (word !== undefined) return this.#style === 'short' ? word.replace('week', 'wk.').replace('month', 'mo.').replace('quarter', 'qtr.').replace('year', 'yr.') : word;
        const past = number < 0 || Object.is(number, -0), amount = this.#numbers.format(Math.abs(number)), one = amount === '1';
        const name = this.#style === 'long' ? unit + (one ? '' : 's') : unit === 'day' ? (one ? 'day' : 'days') : unit === 'quarter' && !one ? 'qtrs.' : spans[unit];
        return past ? `${amount} ${name} ago` : `in ${amount} ${name}`;
      }
      formatToParts() { refuse('Intl.RelativeTimeFormat', 'formatToParts', 'use format'); }
      resolvedOptions() { return { locale: 'en-US', style: this.#style, numeric: this.#numeric, numberingSystem: 'latn' }; }
      get [Symbol.toStringTag]() { return 'Intl.RelativeTimeFormat'; }
    }

    const Intl = {};
    for (const [name, value] of Object.entries({ NumberFormat, DateTimeFormat: dates.DateTimeFormat, Collator: callable(Collator, 'Collator'), PluralRules, ListFormat, RelativeTimeFormat })) hide(Intl, name, value);
    for (const name of ['Segmenter', 'DisplayNames', 'DurationFormat', 'Locale']) hide(Intl, name, { [name]: function () { refuse('Intl', name); } }[name]);
    hide(Intl, 'getCanonicalLocales', locales => [...new Set(localesOf(locales).map(tag => String(tag).replace(/^[a-z]+/i, l => l.toLowerCase()).replace(/-([a-z]{2})(?=-|$)/i, r => r.toUpperCase())))]);
    hide(Intl, 'supportedValuesOf', () => refuse('Intl', 'supportedValuesOf'));
    hide(Intl, Symbol.toStringTag, 'Intl');
    const formats = new Map(); // of plain calls, which are the most
    const numberText = (value, locales, options) => {
      if (options !== undefined || typeof locales === 'object') return new NumberFormat(locales, options).format(value);
      let format = formats.get(locales);
      if (format === undefined) { format = new NumberFormat(locales).format; formats.set(locales, format); }
      return format(value);
    };
    return { Intl, numberText, ...dates, compareTexts: (a, b, locales, options) => compare(a, b, collation(locales, options)), localeOf: tag => localeOf(tag, 'String') };
  };
})
