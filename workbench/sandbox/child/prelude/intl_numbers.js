// Numbers in words of en-US (ECMA-402, 16). What is not supported is refused: a wrong text would go unseen.
(function numbers(kit) {
  'use strict';

  kit.makeNumbers = intl => {
    const { refuse, option, localeOf } = intl;
    const digitsOfCurrency = { __proto__: null };
    for (const code of 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ')) digitsOfCurrency[code] = 0;
    for (const code of 'BHD IQD JOD KWD LYD OMR TND'.split(' ')) digitsOfCurrency[code] = 3;
    for (const code of 'CLF UYW'.split(' ')) digitsOfCurrency[code] = 4;
    const symbols = { __proto__: null, USD: '$', EUR: '€', GBP: '£', JPY: '¥', INR: '₹', CNY: 'CN¥', KRW: '₩', BRL: 'R$', CAD: 'CA$', AUD: 'A$', MXN: 'MX$', NZD: 'NZ$', HKD: 'HK$', TWD: 'NT$', ILS: '₪', VND: '₫', PHP: '₱', XAF: 'FCFA', XCD: 'EC$', XPF: 'CFPF' };
    const narrow = { __proto__: null, CNY: '¥', CAD: '$', AUD: '$', MXN: '$', NZD: '$', HKD: '$', TWD: '$', XCD: '$' };
    const named = { __proto__: null, USD: ['US dollar', 'US dollars'], EUR: ['euro', 'euros'], GBP: ['British pound', 'British pounds'], JPY: ['Japanese yen', 'Japanese yen'],
      INR: ['Indian rupee', 'Indian rupees'], CNY: ['Chinese yuan', 'Chinese yuan'], CAD: ['Canadian dollar', 'Canadian dollars'], AUD: ['Australian dollar', 'Australian dollars'],
      CHF: ['Swiss franc', 'Swiss francs'], SEK: ['Swedish krona', 'Swedish kronor'], BRL: ['Brazilian real', 'Brazilian reals'], MXN: ['Mexican peso', 'Mexican pesos'] };
    // unit -> [short of one, short of others, long of one, long of others]
    const units = { __proto__: null,
      millisecond: ['ms', 'ms', 'millisecond', 'milliseconds'], second: ['sec', 'sec', 'second', 'seconds'], minute: ['min', 'min', 'minute', 'minutes'],
      hour: ['hr', 'hr', 'hour', 'hours'], day: ['day', 'days', 'day', 'days'], week: ['wk', 'wks', 'week', 'weeks'], month: ['mth', 'mths', 'month', 'months'], year: ['yr', 'yrs', 'year', 'years'],
      bit: ['bit', 'bit', 'bit', 'bits'], byte: ['byte', 'byte', 'byte', 'bytes'], kilobyte: ['kB', 'kB', 'kilobyte', 'kilobytes'], megabyte: ['MB', 'MB', 'megabyte', 'megabytes'],
      gigabyte: ['GB', 'GB', 'gigabyte', 'gigabytes'], terabyte: ['TB', 'TB', 'terabyte', 'terabytes'], petabyte: ['PB', 'PB', 'petabyte', 'petabytes'],
      millimeter: ['mm', 'mm', 'millimeter', 'millimeters'], centimeter: ['cm', 'cm', 'centimeter', 'centimeters'], meter: ['m', 'm', 'meter', 'meters'], kilometer: ['km', 'km', 'kilometer', 'kilometers'],
      inch: ['in', 'in', 'inch', 'inches'], foot: ['ft', 'ft', 'foot', 'feet'], mile: ['mi', 'mi', 'mile', 'miles'],
      gram: ['g', 'g', 'gram', 'grams'], kilogram: ['kg', 'kg', 'kilogram', 'kilograms'], ounce: ['oz', 'oz', 'ounce', 'ounces'], pound: ['lb', 'lb', 'pound', 'pounds'],
      milliliter: ['mL', 'mL', 'milliliter', 'milliliters'], liter: ['L', 'L', 'liter', 'liters'], percent: ['%', '%', 'percent', 'percent'],
      celsius: ['°C', '°C', 'degree Celsius', 'degrees Celsius'], fahrenheit: ['°F', '°F', 'degree Fahrenheit', 'degrees Fahrenheit'],
      'kilometer-per-hour': ['km/h', 'km/h', 'kilometer per hour', 'kilometers per hour'], 'mile-per-hour': ['mph', 'mph', 'mile per hour', 'miles per hour'] };
    const tight = { __proto__: null, '%': 1, '°C': 1, '°F': 1 };

    // ---- decimals, exactly: {negative, digits: '12345', point: 2} is 12.345 ---------------------------
    function decimalOf(value) {
      let text;
      if (typeof value === 'bigint') text = String(value);
      else if (typeof value === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)) text = value.trim();
      else {
        if (typeof value === 'object' && value !== null) { const primitive = value.valueOf(); if (typeof primitive === 'bigint') return decimalOf(primitive); }
        const number = Number(value);
        if (!Number.isFinite(number)) return { negative: number < 0, special: Number.isNaN(number) ? 'NaN' : '∞' };
        text = Object.is(number, -0) ? '-0' : String(number);
      }
      const [, sign, whole, fraction = '', exponent = '0'] = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text);
      let digits = whole + fraction, point = whole.length + Number(exponent);
      const zeros = /^0*/.exec(digits)[0].length;
      digits = digits.slice(zeros).replace(/0+$/, ''); point -= zeros;
      return digits === '' ? { negative: sign === '-', digits: '0', point: 1, zero: true } : { negative: sign === '-', digits, point };
    }
    const roundsUp = {
      ceil: (negative, over) => !negative && over > 0, floor: (negative, over) => negative && over > 0, expand: (_, over) => over > 0, trunc: () => false,
      halfCeil: (negative, over) => over === 3 || over === 2 && !negative, halfExpand: (_, over) => over >= 2,
      halfTrunc: (_, over) => over === 3, halfFloor: (negative, over) => over === 3 || over === 2 && negative, halfEven: (_, over, odd) => over === 3 || over === 2 && odd,
    };
    // Keeps `keep` of the digits. `over`: 0 nothing is lost, 1 less than half, 2 half, 3 more.
    function round(decimal, keep, mode) {
      if (decimal.zero || keep >= decimal.digits.length) return decimal;
      const lost = keep < 0 ? '0'.repeat(-keep) + decimal.digits : decimal.digits.slice(keep);
      const over = /^0*$/.test(lost) ? 0 : lost[0] < '5' ? 1 : /^50*$/.test(lost) ? 2 : 3;
      let kept = keep <= 0 ? '' : decimal.digits.slice(0, keep);
      let { point } = decimal;
      const odd = kept !== '' && Number(kept.at(-1)) % 2 === 1;
      if (roundsUp[mode](decimal.negative, over, odd)) {
        const bumped = String(BigInt(kept === '' ? '0' : kept) + 1n);
        if (kept === '') { kept = bumped; point = decimal.point - keep + 1; } else { point += bumped.length - kept.length; kept = bumped; }
      }
      kept = kept.replace(/0+$/, '');
      return kept === '' ? { negative: decimal.negative, digits: '0', point: 1, zero: true } : { negative: decimal.negative, digits: kept, point };
    }
    const roundFraction = (decimal, most, mode) => decimal.zero ? decimal : round(decimal, decimal.point + most, mode);

    function resolve(options, fallback) {
      const r = { style: option(options, 'style', ['decimal', 'percent', 'currency', 'unit'], 'decimal') };
      const currency = options.currency === undefined ? undefined : String(options.currency).toUpperCase();
      if (currency !== undefined && !/^[A-Z]{3}$/.test(currency)) throw new RangeError(`Invalid currency code : ${options.currency}`);
      r.currencyDisplay = option(options, 'currencyDisplay', ['code', 'symbol', 'narrowSymbol', 'name'], 'symbol');
      r.currencySign = option(options, 'currencySign', ['standard', 'accounting'], 'standard');
      if (r.style === 'currency') {
        if (currency === undefined) throw new TypeError('Currency code is required with currency style.');
        r.currency = currency;
        if (r.currencyDisplay === 'name' && named[currency] === undefined) refuse('Intl.NumberFormat', `currencyDisplay: 'name' for ${currency}`);
      }
      const unit = options.unit === undefined ? undefined : String(options.unit);
      r.unitDisplay = option(options, 'unitDisplay', ['short', 'narrow', 'long'], 'short');
      if (r.style === 'unit') {
        if (unit === undefined) throw new TypeError('Unit is required with unit style.');
        if (units[unit] === undefined) refuse('Intl.NumberFormat', `unit: '${unit}'`);
        if (r.unitDisplay === 'narrow') refuse('Intl.NumberFormat', "unitDisplay: 'narrow'");
        r.unit = unit;
      }
      r.notation = option(options, 'notation', ['standard', 'scientific', 'engineering', 'compact'], 'standard');
      if (r.notation === 'scientific' || r.notation === 'engineering') refuse('Intl.NumberFormat', `notation: '${r.notation}'`, 'use x.toExponential()');
      r.compactDisplay = option(options, 'compactDisplay', ['short', 'long'], 'short');
      r.signDisplay = option(options, 'signDisplay', ['auto', 'never', 'always', 'exceptZero', 'negative'], 'auto');
      r.roundingMode = option(options, 'roundingMode', Object.keys(roundsUp), 'halfExpand');
      r.trailingZeroDisplay = option(options, 'trailingZeroDisplay', ['auto', 'stripIfInteger'], 'auto');
      if (option(options, 'roundingPriority', ['auto', 'morePrecision', 'lessPrecision'], 'auto') !== 'auto') refuse('Intl.NumberFormat', `roundingPriority: '${options.roundingPriority}'`);
      if (options.roundingIncrement !== undefined && Number(options.roundingIncrement) !== 1) refuse('Intl.NumberFormat', `roundingIncrement: ${options.roundingIncrement}`);
      intl.plain(options.numberingSystem, 'Intl.NumberFormat', 'numberingSystem', 'latn');
      const count = (name, low, high) => {
        if (options[name] === undefined) return undefined;
        const n = Number(options[name]);
        if (!(n >= low && n <= high)) throw new RangeError(`${name} value is out of range.`);
        return Math.floor(n);
      };
      r.minimumIntegerDigits = count('minimumIntegerDigits', 1, 21) ?? 1;
      let least = count('minimumFractionDigits', 0, 100), most = count('maximumFractionDigits', 0, 100);
      const leastSignificant = count('minimumSignificantDigits', 1, 21), mostSignificant = count('maximumSignificantDigits', leastSignificant ?? 1, 21);
      const digits = r.style === 'currency' ? digitsOfCurrency[r.currency] ?? 2 : 0;
      const leastDefault = r.style === 'currency' && r.notation === 'standard' ? digits : 0;
      const mostDefault = r.style === 'currency' && r.notation === 'standard' ? digits : r.style === 'percent' ? 0 : 3;
      if (leastSignificant !== undefined || mostSignificant !== undefined) { r.minimumSignificantDigits = leastSignificant ?? 1; r.maximumSignificantDigits = mostSignificant ?? 21; }
      else if (least !== undefined || most !== undefined || r.notation !== 'compact') {
        if (least === undefined) least = most === undefined ? leastDefault : Math.min(leastDefault, most);
        else if (most === undefined) most = Math.max(mostDefault, least);
        if (most === undefined) most = Math.max(mostDefault, least);
        if (least > most) throw new RangeError('maximumFractionDigits value is out of range.');
        r.minimumFractionDigits = least; r.maximumFractionDigits = most;
      } else { r.minimumFractionDigits = 0; r.maximumFractionDigits = 0; r.roundingPriority = 'morePrecision'; r.minimumSignificantDigits = 1; r.maximumSignificantDigits = 2; }
      const grouping = options.useGrouping;
      const usual = r.notation === 'compact' ? 'min2' : 'auto';
      if (grouping === undefined || grouping === 'true' || grouping === 'false') r.useGrouping = usual;
      else if (grouping === true) r.useGrouping = 'always';
      else if (['min2', 'auto', 'always'].includes(grouping)) r.useGrouping = grouping;
      else if (!grouping) r.useGrouping = false;
      else throw new RangeError(`Value ${String(grouping)} out of range for Intl.NumberFormat options property useGrouping`);
      return r;
    }

    function rounded(decimal, r) {
      const significant = d => d.zero ? d : round(d, r.maximumSignificantDigits, r.roundingMode);
      if (r.roundingPriority === 'morePrecision') return decimal.point >= 2 && !decimal.zero ? roundFraction(decimal, 0, r.roundingMode) : significant(decimal);
      return r.maximumSignificantDigits !== undefined ? significant(decimal) : roundFraction(decimal, r.maximumFractionDigits, r.roundingMode);
    }
    // The parts of the digits: integer, group, decimal, fraction.
    function digitParts(d, r) {
      const whole = d.zero ? '0' : d.point <= 0 ? '0' : d.digits.slice(0, d.point).padEnd(d.point, '0');
      let fraction = d.zero ? '' : d.point <= 0 ? '0'.repeat(-d.point) + d.digits : d.digits.slice(d.point);
      let least = r.minimumFractionDigits ?? 0;
      if (r.maximumSignificantDigits !== undefined && r.roundingPriority === undefined) {
        const have = d.zero ? 1 : Math.max(d.digits.length, d.point > 0 ? d.point : d.digits.length);
        least = Math.max(0, fraction.length + r.minimumSignificantDigits - have);
      }
      if (r.trailingZeroDisplay === 'auto' || fraction !== '') fraction = fraction.padEnd(least, '0');
      const integer = whole.padStart(r.minimumIntegerDigits, '0'), parts = [];
      const groups = r.useGrouping !== false && integer.length > (r.useGrouping === 'min2' ? 4 : 3);
      if (!groups) parts.push({ type: 'integer', value: integer });
      else {
        const first = integer.length % 3 || 3;
        parts.push({ type: 'integer', value: integer.slice(0, first) });
        for (let i = first; i < integer.length; i += 3) parts.push({ type: 'group', value: ',' }, { type: 'integer', value: integer.slice(i, i + 3) });
      }
      if (fraction !== '') parts.push({ type: 'decimal', value: '.' }, { type: 'fraction', value: fraction });
      return parts;
    }
    const powers = [[12, 'T', 'trillion'], [9, 'B', 'billion'], [6, 'M', 'million'], [3, 'K', 'thousand']];
    function formatParts(value, r) {
      let d = decimalOf(value), parts, power = null;
      if (d.special !== undefined) parts = [{ type: d.special === 'NaN' ? 'nan' : 'infinity', value: d.special }];
      else {
        if (r.style === 'percent' && !d.zero) d = { ...d, point: d.point + 2 };
        if (r.notation === 'compact' && !d.zero) {
          const scaled = by => rounded({ ...d, point: d.point - by }, r);
          let by = d.point > 12 ? 12 : d.point > 9 ? 9 : d.point > 6 ? 6 : d.point > 3 ? 3 : 0;
          let tried = scaled(by);
          if (tried.point > 3 && by < 12) { by += 3; tried = scaled(by); }
          d = tried; power = powers.find(([p]) => p === by) ?? null;
        } else d = rounded(d, r);
        parts = digitParts(d, r);
        if (power !== null) {
          if (r.compactDisplay === 'long') parts.push({ type: 'literal', value: ' ' });
          parts.push({ type: 'compact', value: r.compactDisplay === 'long' ? power[2] : power[1] });
        }
      }
      const isOne = d.special === undefined && parts.length === 1 && parts[0].value === '1';
      const isZero = d.zero === true;
      const sign = d.special === 'NaN' ? (['always'].includes(r.signDisplay) ? '+' : '')
        : d.negative ? (r.signDisplay === 'never' || isZero && ['exceptZero', 'negative'].includes(r.signDisplay) ? '' : '-')
          : r.signDisplay === 'always' || r.signDisplay === 'exceptZero' && !isZero ? '+' : '';
      let accounting = false;
      if (r.style === 'percent') parts.push({ type: 'percentSign', value: '%' });
      if (r.style === 'unit') {
        const [one, other, oneLong, otherLong] = units[r.unit], long = r.unitDisplay === 'long', name = isOne ? (long ? oneLong : one) : long ? otherLong : other;
        if (!long && tight[name] === undefined || long) parts.push({ type: 'literal', value: ' ' });
        parts.push({ type: r.unit === 'percent' && !long ? 'percentSign' : 'unit', value: name });
      }
      if (r.style === 'currency') {
        if (r.currencyDisplay === 'name') parts.push({ type: 'literal', value: ' ' }, { type: 'currency', value: named[r.currency][isOne ? 0 : 1] });
        else {
          const symbol = r.currencyDisplay === 'code' ? r.currency : (r.currencyDisplay === 'narrowSymbol' ? narrow[r.currency] : undefined) ?? symbols[r.currency] ?? r.currency;
          parts = [{ type: 'currency', value: symbol }, ...(/[A-Z]$/.test(symbol) && d.special === undefined ? [{ type: 'literal', value: '\u00a0' }] : []), ...parts];
          accounting = r.currencySign === 'accounting' && sign === '-';
        }
      }
      if (accounting) return [{ type: 'literal', value: '(' }, ...parts, { type: 'literal', value: ')' }];
      return sign === '' ? parts : [{ type: sign === '-' ? 'minusSign' : 'plusSign', value: sign }, ...parts];
    }
    const joined = parts => parts.map(part => part.value).join('');

    class NumberFormat {
      #resolved; #locale; #format;
      constructor(locales, options) {
        this.#locale = localeOf(locales, 'Intl.NumberFormat');
        this.#resolved = resolve(intl.optionsOf(options));
      }
      get format() { return this.#format ??= value => joined(formatParts(value, this.#resolved)); }
      formatToParts(value) { return formatParts(value, this.#resolved); }
      formatRange() { refuse('Intl.NumberFormat', 'formatRange', 'format both ends'); }
      formatRangeToParts() { this.formatRange(); }
      resolvedOptions() {
        const { style, currency, currencyDisplay, currencySign, unit, unitDisplay, notation, compactDisplay, ...rest } = this.#resolved;
        const out = { locale: this.#locale, numberingSystem: 'latn', style };
        if (style === 'currency') Object.assign(out, { currency, currencyDisplay, currencySign });
        if (style === 'unit') Object.assign(out, { unit, unitDisplay });
        Object.assign(out, { notation }, notation === 'compact' ? { compactDisplay } : {}, rest);
        return out;
      }
      get [Symbol.toStringTag]() { return 'Intl.NumberFormat'; }
    }
    return { NumberFormat: intl.callable(NumberFormat, 'NumberFormat'), decimalOf, rounded, digitParts, resolve };
  };
})
