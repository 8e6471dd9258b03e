// URL and URLSearchParams (WHATWG URL). Host names are mapped by NFKC and lower case, which is UTS #46 for the
// names that are in use; those that it would refuse for their code points alone are taken.
(function url(kit) {
  'use strict';

  kit.makeURL = () => {
    const specialPorts = { __proto__: null, 'ftp:': '21', 'file:': '', 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443' };
    const isSpecial = scheme => specialPorts[scheme] !== undefined;
    const bytesOf = text => unescape(encodeURIComponent(text.toWellFormed()));
    const hex = code => '%' + (code < 16 ? '0' : '') + code.toString(16).toUpperCase();
    // Percent-encode sets, as the characters beyond controls that are in them.
    const C0 = '', FRAGMENT = ' "<>`', QUERY = ' "#<>', SPECIAL_QUERY = QUERY + "'", PATH = QUERY + '?`{}', USERINFO = PATH + '/:;=@[\\]^|',
      COMPONENT = USERINFO + '$%&+,', FORM = COMPONENT + "!'()~";
    function encode(text, set) {
      let out = '';
      for (const character of text.toWellFormed()) {
        const code = character.codePointAt(0);
        if (code > 0x7e || code < 0x20 || set.includes(character)) for (const byte of bytesOf(character)) out += hex(byte.charCodeAt(0));
        else out += character;
      }
      return out;
    }
    const decoder = () => new (kit.webOf().TextDecoder)('utf-8', { ignoreBOM: true });
    function percentDecode(text) {
      if (!text.includes('%')) return text;
      const binary = bytesOf(text).replace(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
      return decoder().decode(Uint8Array.from(binary, character => character.charCodeAt(0)));
    }

    // ---- hosts ------------------------------------------------------------------------------------
    const fail = () => { throw null; };
    // RFC 3492
    function punycode(label) {
      const points = Array.from(label, character => character.codePointAt(0)), basic = points.filter(point => point < 128);
      let out = String.fromCharCode(...basic), n = 128, delta = 0, bias = 72, handled = basic.length;
      if (basic.length > 0) out += '-';
      const digit = d => String.fromCharCode(d < 26 ? d + 97 : d + 22);
      while (handled < points.length) {
        const next = Math.min(...points.filter(point => point >= n));
        delta += (next - n) * (handled + 1); n = next;
        for (const point of points) {
          if (point < n) delta++;
          if (point !== n) continue;
          let q = delta;
          for (let k = 36; ; k += 36) {
            const t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
            if (q < t) break;
            out += digit(t + (q - t) % (36 - t)); q = Math.floor((q - t) / (36 - t));
          }
          out += digit(q);
          delta = handled === basic.length ? Math.floor(delta / 700) : delta >> 1;
          delta += Math.floor(delta / (handled + 1));
          let k = 0;
          for (; delta > 455; k += 36) delta = Math.floor(delta / 35);
          bias = k + Math.floor(36 * delta / (delta + 38)); delta = 0; handled++;
        }
        delta++; n++;
      }
      return out;
    }
    const forbiddenInHosts = /[\u0000\t\n\r #/:<>?@[\\\]^|]/, forbiddenInDomains = /[\u0000-\u0020#/:<>?@[\\\]^|%\u007f]/;
    function toASCII(name) {
      const mapped = name.replace(/[\u00ad\u200b\u2060\ufeff]/g, '').normalize('NFKC').toLowerCase().normalize('NFC').replace(/[\u3002\uff0e\uff61]/g, '.');
      return mapped.split('.').map(label => /^[\x00-\x7f]*$/.test(label) ? label : 'xn--' + punycode(label)).join('.');
    }
    function number4(part) {
      if (part === '') return NaN;
      let radix = 10;
      if (/^0x/i.test(part)) { part = part.slice(2); radix = 16; } else if (part.length > 1 && part[0] === '0') { part = part.slice(1); radix = 8; }
      if (part === '') return 0;
      return (radix === 16 ? /^[0-9a-f]+$/i : radix === 8 ? /^[0-7]+$/ : /^[0-9]+$/).test(part) ? parseInt(part, radix) : NaN;
    }
    function endsInNumber(name) {
      const parts = name.split('.');
      if (parts.at(-1) === '') { if (parts.length === 1) return false; parts.pop(); }
      return /^[0-9]+$/.test(parts.at(-1)) || !Number.isNaN(number4(parts.at(-1)));
    }
    function parseIPv4(name) {
      const parts = name.split('.');
      if (parts.at(-1) === '' && parts.length > 1) parts.pop();
      if (parts.length > 4) fail();
      const numbers = parts.map(number4);
      if (numbers.some(Number.isNaN) || numbers.slice(0, -1).some(n => n > 255) || numbers.at(-1) >= 256 ** (5 - numbers.length)) fail();
      let address = numbers.at(-1);
      numbers.slice(0, -1).forEach((n, i) => { address += n * 256 ** (3 - i); });
      return [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.');
    }
    function parseIPv6(text) {
      const halves = text.split('::');
      if (halves.length > 2) fail();
      const pieces = half => {
        if (half === '') return [];
        const parts = half.split(':'), out = [];
        parts.forEach((part, i) => {
          if (i === parts.length - 1 && part.includes('.')) {
            const numbers = part.split('.');
            if (numbers.length !== 4 || numbers.some(n => !/^(0|[1-9]\d{0,2})$/.test(n) || Number(n) > 255)) fail();
            out.push(numbers[0] * 256 + Number(numbers[1]), numbers[2] * 256 + Number(numbers[3]));
          } else { if (!/^[0-9a-f]{1,4}$/i.test(part)) fail(); out.push(parseInt(part, 16)); }
        });
        return out;
      };
      const head = pieces(halves[0]), tail = halves.length === 2 ? pieces(halves[1]) : [];
      if (halves.length === 1 ? head.length !== 8 : head.length + tail.length > 7) fail();
      if (halves.length === 2 && halves[0].includes('.')) fail();
      const all = halves.length === 1 ? head : [...head, ...Array(8 - head.length - tail.length).fill(0), ...tail];
      let best = -1, bestLength = 1;
      for (let i = 0; i < 8;) {
        let j = i;
        while (j < 8 && all[j] === 0) j++;
        if (j - i > bestLength) { best = i; bestLength = j - i; }
        i = j > i ? j : i + 1;
      }
      let out = '';
      for (let i = 0; i < 8; i++) {
        if (i === best) { out += i === 0 ? '::' : ':'; i += bestLength - 1; continue; }
        out += all[i].toString(16) + (i < 7 ? ':' : '');
      }
      return '[' + out + ']';
    }
    function parseHost(text, special) {
      if (text[0] === '[') { if (text.at(-1) !== ']') fail(); return parseIPv6(text.slice(1, -1)); }
      if (!special) { if (forbiddenInHosts.test(text)) fail(); return encode(text, C0); }
      const name = toASCII(percentDecode(text));
      if (name === '' || forbiddenInDomains.test(name)) fail();
      return endsInNumber(name) ? parseIPv4(name) : name;
    }

    // ---- the parser -------------------------------------------------------------------------------
    // A record: {scheme, username, password, host (null or text), port, path (array, or text where opaque), query, fragment}
    const isDrive = (text, strictly) => (strictly ? /^[a-z]:$/i : /^[a-z][:|]$/i).test(text);
    const startsWithDrive = text => /^[a-z][:|](?:[/\\?#]|$)/i.test(text);
    function shorten(record) {
      if (record.scheme === 'file:' && record.path.length === 1 && isDrive(record.path[0], true)) return;
      record.path.pop();
    }
    const fresh = () => ({ scheme: '', username: '', password: '', host: null, port: '', path: [], query: null, fragment: null });
    const copied = base => ({ ...base, path: Array.isArray(base.path) ? [...base.path] : base.path });
    function setAuthority(record, text) {
      const special = isSpecial(record.scheme), at = text.lastIndexOf('@');
      let host = text;
      if (at >= 0) {
        const user = text.slice(0, at), colon = user.indexOf(':');
        host = text.slice(at + 1);
        record.username = encode(colon < 0 ? user : user.slice(0, colon), USERINFO);
        record.password = colon < 0 ? '' : encode(user.slice(colon + 1), USERINFO);
        if (host === '') fail();
      }
      const port = /:([^:\]]*)$/.exec(host);
      if (port !== null) { setPort(record, port[1]); host = host.slice(0, port.index); }
      if (host === '' && (special || port !== null || at >= 0)) fail();
      record.host = host === '' ? '' : parseHost(host, special);
    }
    function setPort(record, digits) {
      if (!/^\d*$/.test(digits)) fail();
      if (digits === '') { record.port = ''; return; }
      if (Number(digits) > 65535) fail();
      const port = String(Number(digits));
      record.port = port === specialPorts[record.scheme] ? '' : port;
    }
    const isSingleDot = text => text === '.' || text.toLowerCase() === '%2e';
    const isDoubleDot = text => ['..', '.%2e', '%2e.', '%2e%2e'].includes(text.toLowerCase());
    function addPath(record, text) {
      const segments = text.split(isSpecial(record.scheme) ? /[/\\]/ : '/');
      segments.forEach((segment, i) => {
        const last = i === segments.length - 1;
        if (isDoubleDot(segment)) { shorten(record); if (last) record.path.push(''); }
        else if (isSingleDot(segment)) { if (last) record.path.push(''); }
        else {
          if (record.scheme === 'file:' && record.path.length === 0 && isDrive(segment)) segment = segment[0] + ':';
          record.path.push(encode(segment, PATH));
        }
      });
    }
    // Takes the query and the fragment off; gives the rest.
    function takeEnd(record, text) {
      const hash = text.indexOf('#');
      if (hash >= 0) { record.fragment = encode(text.slice(hash + 1), FRAGMENT); text = text.slice(0, hash); }
      const question = text.indexOf('?');
      if (question >= 0) { record.query = encode(text.slice(question + 1), isSpecial(record.scheme) ? SPECIAL_QUERY : QUERY); text = text.slice(0, question); }
      return text;
    }
    function afterSlashes(record, text) {
      const special = isSpecial(record.scheme), end = text.search(special ? /[/\\]/ : /\//);
      const authority = end < 0 ? text : text.slice(0, end);
      setAuthority(record, authority);
      if (end >= 0) addPath(record, text.slice(end + 1));
      else if (special) record.path = [''];
      return record;
    }
    function parseFile(record, text, base) {
      record.host = '';
      const given = takeEnd(record, text), slash = /^[/\\]/;
      if (slash.test(given)) {
        if (slash.test(given.slice(1))) {
          let rest = given.slice(2);
          const end = rest.search(/[/\\]/), name = end < 0 ? rest : rest.slice(0, end);
          if (!isDrive(name)) {
            if (name !== '') { const host = parseHost(name, true); record.host = host === 'localhost' ? '' : host; }
            rest = end < 0 ? null : rest.slice(end + 1);
          }
          if (rest === null) record.path = ['']; else addPath(record, rest);
          return record;
        }
        if (base !== null && base.scheme === 'file:') {
          record.host = base.host;
          if (!startsWithDrive(given.slice(1)) && isDrive(base.path[0] ?? '', true)) record.path = [base.path[0]];
        }
        addPath(record, given.slice(1));
        return record;
      }
      if (base !== null && base.scheme === 'file:') {
        record.host = base.host;
        record.path = [...base.path];
        if (given === '') { if (!text.startsWith('?')) record.query = record.query ?? base.query; return record; }
        if (startsWithDrive(given)) record.path = []; else shorten(record);
      }
      addPath(record, given);
      return record;
    }
    function parse(input, base) {
      let text = input.toWellFormed().replace(/^[\u0000-\u0020]+|[\u0000-\u0020]+$/g, '').replace(/[\t\n\r]/g, '');
      const record = fresh(), scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text);
      if (scheme === null) {
        if (base === null) fail();
        if (!Array.isArray(base.path)) {
          if (text[0] !== '#') fail();
          return Object.assign(copied(base), { fragment: encode(text.slice(1), FRAGMENT) });
        }
        record.scheme = base.scheme;
        return base.scheme === 'file:' ? parseFile(record, text, base) : parseRelative(record, text, base);
      }
      record.scheme = scheme[1].toLowerCase() + ':';
      text = text.slice(scheme[0].length);
      if (record.scheme === 'file:') return parseFile(record, text, base);
      if (isSpecial(record.scheme)) {
        if (base !== null && base.scheme === record.scheme && !/^[/\\][/\\]/.test(text)) return parseRelative(record, text, base);
        return afterSlashes(record, takeEnd(record, text).replace(/^[/\\]*/, ''));
      }
      const rest = takeEnd(record, text);
      if (rest.startsWith('//')) return afterSlashes(record, rest.slice(2));
      if (rest[0] === '/') { addPath(record, rest.slice(1)); return record; }
      record.path = encode(record.query === null && record.fragment === null ? rest : rest.replace(/ $/, '%20'), C0);
      return record;
    }
    function parseRelative(record, text, base) {
      const special = isSpecial(record.scheme), slash = special ? /^[/\\]/ : /^\//;
      const given = takeEnd(record, text);
      if (slash.test(given)) {
        if (slash.test(given.slice(1))) return afterSlashes(record, special ? given.replace(/^[/\\]*/, '') : given.slice(2));
        Object.assign(record, { username: base.username, password: base.password, host: base.host, port: base.port });
        addPath(record, given.slice(1));
        return record;
      }
      Object.assign(record, { username: base.username, password: base.password, host: base.host, port: base.port, path: [...base.path] });
      if (given === '') { if (record.query === null) record.query = base.query; return record; }
      shorten(record);
      addPath(record, given);
      return record;
    }
    const pathOf = record => Array.isArray(record.path) ? record.path.map(segment => '/' + segment).join('') : record.path;
    function serialize(record, withFragment = true) {
      let out = record.scheme;
      if (record.host !== null) {
        out += '//';
        if (record.username !== '' || record.password !== '') out += record.username + (record.password === '' ? '' : ':' + record.password) + '@';
        out += hostOf(record);
      } else if (Array.isArray(record.path) && record.path.length > 1 && record.path[0] === '') out += '/.';
      out += pathOf(record);
      if (record.query !== null) out += '?' + record.query;
      if (withFragment && record.fragment !== null) out += '#' + record.fragment;
      return out;
    }
    const hostOf = record => (record.host ?? '') + (record.port === '' ? '' : ':' + record.port);

    // ---- application/x-www-form-urlencoded ----------------------------------------------------------
    const formDecode = text => percentDecode(text.replaceAll('+', ' '));
    const formEncode = text => encode(text, FORM.replace(' ', '')).replaceAll(' ', '+');
    const parseForm = text => text.split('&').filter(part => part !== '').map(part => {
      const equals = part.indexOf('=');
      return equals < 0 ? [formDecode(part), ''] : [formDecode(part.slice(0, equals)), formDecode(part.slice(equals + 1))];
    });
    const texts = new WeakMap(); // URLSearchParams -> what to do when it changes
    class URLSearchParams {
      #pairs = [];
      constructor(init = '') {
        if (init instanceof URLSearchParams) this.#pairs = [...init];
        else if (typeof init === 'object' && init !== null) {
          if (typeof init[Symbol.iterator] === 'function') {
            for (const pair of init) {
              const both = [...pair];
              if (both.length !== 2) throw new TypeError('URLSearchParams takes pairs [name, value]');
              this.#pairs.push(both.map(text => String(text).toWellFormed()));
            }
          } else for (const key of Object.keys(init)) this.#pairs.push([key.toWellFormed(), String(init[key]).toWellFormed()]);
        } else { const text = String(init); this.#pairs = parseForm(text[0] === '?' ? text.slice(1) : text); }
      }
      #changed() { texts.get(this)?.(this.toString()); }
      static replace(params, text) { params.#pairs = parseForm(text); }
      get size() { return this.#pairs.length; }
      append(name, value) { this.#pairs.push([String(name).toWellFormed(), String(value).toWellFormed()]); this.#changed(); }
      delete(name, value) { name = String(name); this.#pairs = this.#pairs.filter(([n, v]) => n !== name || value !== undefined && v !== String(value)); this.#changed(); }
      get(name) { return this.#pairs.find(([n]) => n === String(name))?.[1] ?? null; }
      getAll(name) { return this.#pairs.filter(([n]) => n === String(name)).map(([, v]) => v); }
      has(name, value) { return this.#pairs.some(([n, v]) => n === String(name) && (value === undefined || v === String(value))); }
      set(name, value) {
        name = String(name).toWellFormed();
        const first = this.#pairs.find(([n]) => n === name);
        if (first === undefined) this.#pairs.push([name, String(value).toWellFormed()]);
        else { first[1] = String(value).toWellFormed(); this.#pairs = this.#pairs.filter(pair => pair === first || pair[0] !== name); }
        this.#changed();
      }
      sort() { this.#pairs.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0); this.#changed(); }
      forEach(f, self) { for (const [name, value] of this) f.call(self, value, name, this); }
      *entries() { for (let i = 0; i < this.#pairs.length; i++) yield [...this.#pairs[i]]; }
      *keys() { for (const [name] of this.entries()) yield name; }
      *values() { for (const [, value] of this.entries()) yield value; }
      [Symbol.iterator]() { return this.entries(); }
      toString() { return this.#pairs.map(([name, value]) => formEncode(name) + '=' + formEncode(value)).join('&'); }
      get [Symbol.toStringTag]() { return 'URLSearchParams'; }
    }
    const replacePairs = URLSearchParams.replace;
    delete URLSearchParams.replace;

    class URL {
      #record; #params;
      constructor(url, base) {
        const given = String(url);
        let from = null;
        try { if (base !== undefined) from = parse(String(base), null); }
        catch (e) { if (e !== null) throw e; throw invalid(String(base), undefined); }
        try { this.#record = parse(given, from); }
        catch (e) { if (e !== null) throw e; throw invalid(given, base); }
        this.#params = new URLSearchParams(this.#record.query ?? '');
        texts.set(this.#params, text => { this.#record.query = text === '' ? null : text; });
      }
      static canParse(url, base) { try { new URL(url, base); return true; } catch (e) { return false; } }
      static parse(url, base) { try { return new URL(url, base); } catch (e) { return null; } }
      get href() { return serialize(this.#record); }
      set href(value) { const other = new URL(value); this.#record = other.#record; replacePairs(this.#params, this.#record.query ?? ''); }
      get origin() {
        const { scheme, path } = this.#record;
        if (scheme === 'blob:') { const inner = URL.parse(pathOf(this.#record)); return inner !== null && ['http:', 'https:'].includes(inner.protocol) ? inner.origin : 'null'; }
        return isSpecial(scheme) && scheme !== 'file:' && Array.isArray(path) ? scheme + '//' + hostOf(this.#record) : 'null';
      }
      get protocol() { return this.#record.scheme; }
      set protocol(value) {
        const found = /^([a-z][a-z0-9+.-]*)(?::|$)/i.exec(String(value));
        if (found === null) return;
        const scheme = found[1].toLowerCase() + ':', record = this.#record;
        if (isSpecial(scheme) !== isSpecial(record.scheme) || scheme === 'file:' && (record.username !== '' || record.password !== '' || record.port !== '') || record.scheme === 'file:' && record.host === '') return;
        record.scheme = scheme;
        if (record.port === specialPorts[scheme]) record.port = '';
      }
      #change(f) { const copy = copied(this.#record); try { f(copy); this.#record = copy; } catch (e) { if (e !== null) throw e; } }
      #noCredentials() { return this.#record.host === null || this.#record.host === '' || this.#record.scheme === 'file:'; }
      get username() { return this.#record.username; }
      set username(value) { if (!this.#noCredentials()) this.#record.username = encode(String(value), USERINFO); }
      get password() { return this.#record.password; }
      set password(value) { if (!this.#noCredentials()) this.#record.password = encode(String(value), USERINFO); }
      get host() { return hostOf(this.#record); }
      set host(value) { this.#setHost(String(value), true); }
      get hostname() { return this.#record.host ?? ''; }
      set hostname(value) { this.#setHost(String(value), false); }
      #setHost(text, withPort) {
        if (!Array.isArray(this.#record.path)) return;
        this.#change(record => {
          const special = isSpecial(record.scheme);
          text = text.replace(/[\t\n\r]/g, '').split(special ? /[/\\?#]/ : /[/?#]/)[0];
          const port = /:(\d*)[^:\]]*$/.exec(text);
          if (port !== null) { if (!withPort) fail(); text = text.slice(0, port.index); }
          if (text === '' && (special && record.scheme !== 'file:' || port !== null || record.port !== '' || record.username !== '' || record.password !== '')) fail();
          record.host = text === '' ? '' : parseHost(text, special);
          if (port !== null && port[1] !== '') setPort(record, port[1]);
        });
      }
      get port() { return this.#record.port; }
      set port(value) {
        if (this.#noCredentials()) return;
        const text = String(value).replace(/[\t\n\r]/g, ''), digits = /^\d*/.exec(text)[0];
        if (digits !== '' || text === '') this.#change(record => setPort(record, digits));
      }
      get pathname() { return pathOf(this.#record); }
      set pathname(value) {
        if (!Array.isArray(this.#record.path)) return;
        this.#change(record => {
          record.path = [];
          const text = String(value).replace(/[\t\n\r]/g, ''), rest = (isSpecial(record.scheme) ? /^[/\\]/ : /^\//).test(text) ? text.slice(1) : text;
          if (rest === '' && !isSpecial(record.scheme) && text === '') return;
          addPath(record, rest.replaceAll('?', '%3F').replaceAll('#', '%23'));
        });
      }
      get search() { return this.#record.query === null || this.#record.query === '' ? '' : '?' + this.#record.query; }
      set search(value) {
        const text = String(value).replace(/[\t\n\r]/g, ''), query = text[0] === '?' ? text.slice(1) : text;
        this.#record.query = text === '' ? null : encode(query, isSpecial(this.#record.scheme) ? SPECIAL_QUERY : QUERY);
        replacePairs(this.#params, query);
      }
      get searchParams() { return this.#params; }
      get hash() { return this.#record.fragment === null || this.#record.fragment === '' ? '' : '#' + this.#record.fragment; }
      set hash(value) { const text = String(value).replace(/[\t\n\r]/g, ''); this.#record.fragment = text === '' ? null : encode(text[0] === '#' ? text.slice(1) : text, FRAGMENT); }
      toString() { return this.href; }
      toJSON() { return this.href; }
      get [Symbol.toStringTag]() { return 'URL'; }
    }
    const invalid = (url, base) => Object.assign(new TypeError(`Invalid URL: ${JSON.stringify(url)}` + (base === undefined ? '' : ` with the base ${JSON.stringify(String(base))}`)), { code: 'ERR_INVALID_URL', input: url });
    kit.brand(URLSearchParams.prototype, 'a URLSearchParams', 'use String(params) or Object.fromEntries(params)').text = value => 'URLSearchParams ' + kit.inspect(Object.fromEntries(value));
    kit.brand(URL.prototype, 'a URL', 'use String(url)').text = value => value.href;
    return { URL, URLSearchParams };
  };
})
