// structuredClone, TextEncoder and TextDecoder, from the engine's own pieces. Made when first used: like
// url.js and intl.js it is an ordinary library that holds nothing of the host's, so it may be written plainly.
(function web(kit) {
  'use strict';
  const { hide } = kit;

  kit.makeWeb = () => {
    const toBinary = text => unescape(encodeURIComponent(text.toWellFormed()));
    const fromBinary = binary => decodeURIComponent(escape(binary));

    class TextEncoder {
      get encoding() { return 'utf-8'; }
      encode(text = '') { return Uint8Array.fromBase64(btoa(toBinary(String(text)))); }
      encodeInto(text, target) {
        let read = 0, written = 0;
        for (const character of String(text).toWellFormed()) {
          const bytes = this.encode(character);
          if (written + bytes.length > target.length) break;
          target.set(bytes, written);
          written += bytes.length; read += character.length;
        }
        return { read, written };
      }
      get [Symbol.toStringTag]() { return 'TextEncoder'; }
    }

    const labels = ['utf-8', 'utf8', 'unicode-1-1-utf-8', 'unicode11utf8', 'unicode20utf8', 'x-unicode20utf8'];
    // Bytes that are no UTF-8 become U+FFFD, as the standard says: one for each maximal part of a sequence.
    function lenient(bytes) {
      const out = [];
      for (let i = 0; i < bytes.length;) {
        const first = bytes[i];
        if (first < 0x80) { out.push(String.fromCharCode(first)); i++; continue; }
        const need = first >= 0xc2 && first <= 0xdf ? 1 : first >= 0xe0 && first <= 0xef ? 2 : first >= 0xf0 && first <= 0xf4 ? 3 : 0;
        let point = need === 1 ? first & 31 : need === 2 ? first & 15 : first & 7, taken = 0;
        for (; taken < need; taken++) {
          const next = bytes[i + 1 + taken];
          const low = taken > 0 ? 0x80 : first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
          const high = taken > 0 ? 0xbf : first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
          if (!(next >= low && next <= high)) break;
          point = point << 6 | next & 63;
        }
        out.push(need > 0 && taken === need ? String.fromCodePoint(point) : '\ufffd');
        i += 1 + taken;
      }
      return out.join('');
    }
    // How many bytes at the end are the beginning of a character that is not there yet.
    function unfinished(bytes) {
      for (let back = 1; back <= 3 && back <= bytes.length; back++) {
        const byte = bytes[bytes.length - back];
        if ((byte & 0xc0) === 0x80) continue;
        const need = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
        return need > back ? back : 0;
      }
      return 0;
    }
    class TextDecoder {
      #rest = new Uint8Array(0); #begun = false; #fatal; #ignoreBOM;
      constructor(label = 'utf-8', options = {}) {
        if (!labels.includes(String(label).trim().toLowerCase())) throw new RangeError(`TextDecoder knows utf-8 only, not ${label}`);
        this.#fatal = Boolean(options.fatal); this.#ignoreBOM = Boolean(options.ignoreBOM);
      }
      get encoding() { return 'utf-8'; }
      get fatal() { return this.#fatal; }
      get ignoreBOM() { return this.#ignoreBOM; }
      decode(input, options = {}) {
        let given = new Uint8Array(0);
        if (input instanceof ArrayBuffer) given = new Uint8Array(input);
        else if (ArrayBuffer.isView(input)) given = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
        else if (input !== undefined) throw new TypeError('TextDecoder.decode takes an ArrayBuffer or a typed array');
        let bytes = given;
        if (this.#rest.length > 0) { bytes = new Uint8Array(this.#rest.length + given.length); bytes.set(this.#rest); bytes.set(given, this.#rest.length); }
        const keep = options.stream ? unfinished(bytes) : 0;
        this.#rest = bytes.slice(bytes.length - keep);
        bytes = bytes.subarray(0, bytes.length - keep);
        let text;
        try { text = fromBinary(atob(bytes.toBase64())); }
        catch (e) {
          if (this.#fatal) { this.#begun = false; throw new TypeError('TextDecoder: the bytes are not UTF-8'); }
          text = lenient(bytes);
        }
        if (!this.#ignoreBOM && !this.#begun && text[0] === '\ufeff') text = text.slice(1);
        this.#begun = Boolean(options.stream) && (this.#begun || bytes.length > 0);
        return text;
      }
      get [Symbol.toStringTag]() { return 'TextDecoder'; }
    }

    // HTML, 2.7 (structured data), for what exists here.
    const cannot = what => { throw new DOMException(`${what} could not be cloned.`, 'DataCloneError'); };
    const typedArrays = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
      Float16Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array];
    const errors = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
    const dateValue = Date.prototype.getTime, tagOf = Object.prototype.toString;
    // Its tag first: what throws for every object that is no date took nearly all the time of a clone.
    const isDate = value => { try { return tagOf.call(value) === '[object Date]' && !void dateValue.call(value); } catch (e) { return false; } };
    function clone(value, known) {
      if (typeof value === 'symbol') cannot(String(value));
      if (typeof value === 'function') cannot(`function ${value.name || 'anonymous'}`);
      if (typeof value !== 'object' || value === null) return value;
      const seen = known.get(value);
      if (seen !== undefined) return seen;
      const keep = copy => { known.set(value, copy); return copy; };
      if (value instanceof Boolean || value instanceof Number || value instanceof String || value instanceof BigInt) return keep(Object(value.valueOf()));
      if (isDate(value)) return keep(new Date(dateValue.call(value)));
      if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
      if (value instanceof ArrayBuffer) return keep(value.slice(0));
      if (ArrayBuffer.isView(value)) {
        const buffer = clone(value.buffer, known);
        if (value instanceof DataView) return keep(new DataView(buffer, value.byteOffset, value.byteLength));
        const Kind = typedArrays.find(kind => value instanceof kind);
        return keep(new Kind(buffer, value.byteOffset, value.length));
      }
      if (value instanceof Map) {
        const copy = keep(new Map());
        for (const [k, v] of [...value]) copy.set(clone(k, known), clone(v, known));
        return copy;
      }
      if (value instanceof Set) {
        const copy = keep(new Set());
        for (const v of [...value]) copy.add(clone(v, known));
        return copy;
      }
      if (Error.isError(value)) {
        const Kind = errors[value.name] ?? Error, copy = keep(new Kind(value.message));
        hide(copy, 'stack', value.stack);
        if ('cause' in value) hide(copy, 'cause', clone(value.cause, known));
        return copy;
      }
      for (const Kind of [Promise, WeakMap, WeakSet]) if (value instanceof Kind) cannot(`#<${Kind.name}>`);
      const copy = keep(Array.isArray(value) ? new Array(value.length) : {});
      for (const key of Object.keys(value)) copy[key] = clone(value[key], known);
      return copy;
    }
    function structuredClone(value, options) {
      if (arguments.length === 0) throw new TypeError('structuredClone takes a value');
      if (options?.transfer?.length) throw new TypeError('structuredClone: nothing can be transferred here');
      return clone(value, new Map());
    }
    return { TextEncoder, TextDecoder, structuredClone };
  };
})
