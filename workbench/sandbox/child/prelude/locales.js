// The methods that take a locale: without Intl they would ignore what they are given.
(function locales(kit) {
  'use strict';
  const { hide, apply, lower, matches } = kit;
  let made = null;
  const intl = () => made ??= kit.library('intl')();

  // ---- the methods that take a locale -----------------------------------------------------------------
  const numberOf = kit.uncurry(Number.prototype.valueOf), bigintOf = kit.uncurry(BigInt.prototype.valueOf), same = kit.StringOf;
  const simple = /^[a-z0-9]*$/;
  const methods = [
    [Number.prototype, { toLocaleString(locales, options) { return intl().numberText(numberOf(this), locales, options); } }],
    [BigInt.prototype, { toLocaleString(locales, options) { return intl().numberText(bigintOf(this), locales, options); } }],
    [Date.prototype, {
      toLocaleString(locales, options) { return intl().dateTimeText(this, locales, options); },
      toLocaleDateString(locales, options) { return intl().dateText(this, locales, options); },
      toLocaleTimeString(locales, options) { return intl().timeText(this, locales, options); },
    }],
    [String.prototype, {
      localeCompare(that, locales, options) {
        if (this === undefined || this === null) throw new kit.TypeErrorOf('String.prototype.localeCompare called on ' + this);
        const a = same(this), b = same(that);
        if (locales === undefined && options === undefined && matches(simple, a) !== null && matches(simple, b) !== null) return a < b ? -1 : a > b ? 1 : 0;
        return intl().compareTexts(a, b, locales, options);
      },
    }],
    [Array.prototype, {
      toLocaleString(locales, options) {
        let text = '';
        for (let i = 0; i < this.length; i++) text += (i === 0 ? '' : ',') + (this[i] === undefined || this[i] === null ? '' : this[i].toLocaleString(locales, options));
        return text;
      },
    }],
  ];
  for (const [proto, named] of methods) for (const name of kit.keysOf(named)) { hide(proto, name, named[name]); kit.define(named[name], 'length', { value: name === 'localeCompare' ? 1 : 0, configurable: true }); }
  for (const name of ['toLocaleUpperCase', 'toLocaleLowerCase']) {
    const native = String.prototype[name];
    hide(String.prototype, name, { [name](locales) {
      const tag = locales === undefined ? '' : lower(same(locales));
      if (matches(/^(tr|az|lt)\b/, tag) !== null) throw new kit.RangeErrorOf('String.prototype.' + name + ': the rules of ' + same(locales) + ' are not supported here');
      return apply(native, this, []);
    } }[name]);
  }
  kit.intl = intl;
})
