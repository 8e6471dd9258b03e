// Time and chance, which a replay must give again: the clock, Date, timers, random numbers.
(function time(kit) {
  'use strict';
  const { hide, define, descriptorOf, uncurry, construct, apply, NumberOf, StringOf, DateOf, MapOf, mapGet, mapSet,
          mapDelete, mapSize, PromiseOf, then, TypeErrorOf, host, later, forget, uncaught, slice, attempt, G } = kit;
  const imul = Math.imul, dateText = uncurry(Date.prototype.toString);
  const now = () => NumberOf(host('N'));

  // ---- chance -----------------------------------------------------------------------------------
  let s0 = 1, s1 = 2, s2 = 3, s3 = 4; // xoshiro128**, Blackman and Vigna 2018, https://prng.di.unimi.it
  const rotl = (x, k) => (x << k) | (x >>> (32 - k));
  function next32() {
    const result = imul(rotl(imul(s1, 5), 7), 9) >>> 0, t = s1 << 9;
    s2 ^= s0; s3 ^= s1; s1 ^= s2; s0 ^= s3; s2 ^= t; s3 = rotl(s3, 11);
    return result;
  }
  kit.seed = (a, b, c, d) => { s0 = a | 0; s1 = b | 0; s2 = c | 0; s3 = (d | 0) || 1; };
  hide(Math, 'random', { random() { return ((next32() >>> 5) * 67108864 + (next32() >>> 6)) / 9007199254740992; } }.random);

  const typedArrayProto = Object.getPrototypeOf(Uint8Array.prototype);
  const lengthOf = uncurry(descriptorOf(typedArrayProto, 'byteLength').get);
  const offsetOf = uncurry(descriptorOf(typedArrayProto, 'byteOffset').get);
  const bufferOf = uncurry(descriptorOf(typedArrayProto, 'buffer').get);
  const tagOf = uncurry(descriptorOf(typedArrayProto, Symbol.toStringTag).get);
  const Bytes = Uint8Array, hex = uncurry(Uint8Array.prototype.toHex);
  function getRandomValues(array) {
    const tag = attempt(() => tagOf(array));
    if (tag === undefined || tag === 'Float16Array' || tag === 'Float32Array' || tag === 'Float64Array') throw new TypeErrorOf('crypto.getRandomValues takes a typed array of integers, such as new Uint8Array(16)');
    const bytes = new Bytes(bufferOf(array), offsetOf(array), lengthOf(array));
    const count = lengthOf(bytes);
    if (count > 65536) throw new kit.RangeErrorOf('crypto.getRandomValues fills at most 65536 bytes at once, not ' + count);
    for (let i = 0; i < count; i++) bytes[i] = next32() >>> 24;
    return array;
  }
  function randomUUID() {
    const bytes = new Bytes(16);
    for (let i = 0; i < 16; i++) bytes[i] = next32() >>> 24;
    bytes[6] = bytes[6] & 15 | 64; bytes[8] = bytes[8] & 63 | 128;
    const text = hex(bytes);
    return slice(text, 0, 8) + '-' + slice(text, 8, 12) + '-' + slice(text, 12, 16) + '-' + slice(text, 16, 20) + '-' + slice(text, 20);
  }
  const crypto = {};
  hide(crypto, 'getRandomValues', getRandomValues); hide(crypto, 'randomUUID', randomUUID);
  hide(crypto, Symbol.toStringTag, 'Crypto');

  // ---- the clock --------------------------------------------------------------------------------
  function Clock(...args) {
    if (new.target === undefined) return dateText(new DateOf(now()));
    if (args.length === 0) args = [now()];
    return construct(DateOf, args, new.target === Clock ? DateOf : new.target);
  }
  define(Clock, 'name', { value: 'Date', configurable: true });
  define(Clock, 'length', { value: 7, configurable: true });
  define(Clock, 'prototype', { value: DateOf.prototype, writable: false });
  define(Clock, 'UTC', descriptorOf(DateOf, 'UTC'));
  define(Clock, 'parse', descriptorOf(DateOf, 'parse'));
  hide(Clock, 'now', { now() { return now(); } }.now);
  hide(DateOf.prototype, 'constructor', Clock);
  let origin = null; // of performance.now: its first reading
  function elapsed() { const t = now(); if (origin === null) origin = t; return t - origin; }
  const performance = {};
  hide(performance, 'now', { now() { return elapsed(); } }.now);
  define(performance, 'timeOrigin', { get() { elapsed(); return origin; }, configurable: true });

  // ---- timers -----------------------------------------------------------------------------------
  // Each is a sleep of the host's: it counts against the timeout, and a replay does not wait for it.
  const timers = new MapOf();       // id -> the operation that it waits for
  let timerId = 0;
  const LONGEST = 2147483647;
  function start(name, f, ms, args, again) {
    if (typeof f !== 'function') throw new TypeErrorOf(name + ' takes a function: ' + name + '(() => { … }, ms)');
    let wait = NumberOf(ms);
    if (!(wait >= 1)) wait = again ? 1 : 0; // also NaN
    if (wait > LONGEST) wait = 1;           // as browsers and Node do
    const id = ++timerId;
    const fire = () => {
      if (again) mapSet(timers, id, later(wait, fire)); else mapDelete(timers, id);
      try { apply(f, undefined, args); } catch (e) { uncaught(e, ''); }
    };
    mapSet(timers, id, later(wait, fire));
    return id;
  }
  function stop(id) {
    const key = typeof id === 'number' ? id : attempt(() => NumberOf(id)), op = mapGet(timers, key);
    if (op !== undefined) { mapDelete(timers, key); forget(op); }
  }
  const timing = {
    __proto__: null,
    setTimeout(f, ms, ...args) { return start('setTimeout', f, ms, args, false); },
    setInterval(f, ms, ...args) { return start('setInterval', f, ms, args, true); },
    setImmediate(f, ...args) { return start('setImmediate', f, 0, args, false); },
    clearTimeout(id) { stop(id); }, clearInterval(id) { stop(id); }, clearImmediate(id) { stop(id); },
    queueMicrotask(f) {
      if (typeof f !== 'function') throw new TypeErrorOf('queueMicrotask takes a function');
      then(resolved, () => { try { f(); } catch (e) { uncaught(e, ''); } });
    },
  };
  const resolved = new PromiseOf(resolve => resolve());
  define(resolved, 'constructor', { __proto__: null, value: PromiseOf });
  for (const key of ['__date_clock', 'WeakRef', 'FinalizationRegistry', 'SharedArrayBuffer', 'Atomics', 'gc', 'navigator']) delete G[key];

  kit.now = now; kit.Clock = Clock; kit.timing = timing; kit.crypto = crypto; kit.performance = performance;
  // Timers that would still fire.
  kit.waitingTimers = () => mapSize(timers);
  kit.isTimer = id => mapGet(timers, id) !== undefined;
})
