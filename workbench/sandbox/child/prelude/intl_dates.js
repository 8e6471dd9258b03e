// Dates and times in words of en-US, and numerically of sv-SE and en-CA, which are ISO's (ECMA-402, 11).
// The offset of a time zone is the host's to say, and is recorded. What is not supported is refused.
(function dates(kit) {
  'use strict';

  kit.makeDates = intl => {
    const { refuse, option, localeOf } = intl;
    const months = 'January February March April May June July August September October November December'.split(' ');
    const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
    const dateParts = ['weekday', 'year', 'month', 'day'], timeParts = ['hour', 'minute', 'second', 'fractionalSecondDigits'];
    const styles = { full: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }, long: { year: 'numeric', month: 'long', day: 'numeric' },
      medium: { year: 'numeric', month: 'short', day: 'numeric' }, short: { year: '2-digit', month: 'numeric', day: 'numeric' } };
    const timeStyles = { full: { hour: 'numeric', minute: '2-digit', second: '2-digit', timeZoneName: 'long' }, long: { hour: 'numeric', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
      medium: { hour: 'numeric', minute: '2-digit', second: '2-digit' }, short: { hour: 'numeric', minute: '2-digit' } };
    // Short names that en-US has of its own, where their offsets are meant; all others are GMT+1.
    const american = { __proto__: null, EST: -5, EDT: -4, CST: -6, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7, AKST: -9, AKDT: -8, HST: -10, HDT: -9 };
    const longNames = { __proto__: null, EST: 'Eastern Standard Time', EDT: 'Eastern Daylight Time', CST: 'Central Standard Time', CDT: 'Central Daylight Time', MST: 'Mountain Standard Time', MDT: 'Mountain Daylight Time',
      PST: 'Pacific Standard Time', PDT: 'Pacific Daylight Time', AKST: 'Alaska Standard Time', AKDT: 'Alaska Daylight Time', UTC: 'Coordinated Universal Time' };
    const regional = { __proto__: null, CET: 'Central European Standard Time', CEST: 'Central European Summer Time', EET: 'Eastern European Standard Time', EEST: 'Eastern European Summer Time',
      WET: 'Western European Standard Time', WEST: 'Western European Summer Time' };
    const ofZone = { __proto__: null, 'Asia/Tokyo': 'Japan Standard Time', 'Asia/Kolkata': 'India Standard Time', 'Asia/Calcutta': 'India Standard Time', 'Asia/Shanghai': 'China Standard Time', 'Asia/Singapore': 'Singapore Standard Time', 'Asia/Seoul': 'Korean Standard Time' };

    // ---- zones ------------------------------------------------------------------------------------
    const isUTC = name => /^(utc|etc\/utc|etc\/gmt|gmt|etc\/uct|uct|zulu|etc\/zulu|etc\/universal|universal|etc\/greenwich|greenwich|gmt0|etc\/gmt0)$/i.test(name);
    const periods = new Map(); // zone -> [{from_ms, to_ms, offset_s, abbreviation}]
    function ask(name, ms) {
      const envelope = kit.envelopeOf('zone', ',"query":' + kit.stringify(name) + ',"at":' + ms);
      if (!envelope.ok) throw new RangeError(`Invalid time zone specified: ${name}`);
      return envelope.result;
    }
    function periodAt(zone, ms) {
      if (zone.offset_s !== undefined) return zone;
      const known = periods.get(zone.name);
      for (const period of known) if (ms >= period.from_ms && ms < period.to_ms) return period;
      const period = ask(zone.name, ms);
      known.push(period);
      return period;
    }
    function zoneOf(given) {
      if (given === undefined) return { name: 'UTC', offset_s: 0, abbreviation: 'UTC' };
      const name = String(given);
      if (isUTC(name)) return { name: 'UTC', offset_s: 0, abbreviation: 'UTC' };
      const offset = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(name);
      if (offset !== null) {
        const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
        if (Number(offset[2]) > 23 || Number(offset[3] ?? 0) > 59) throw new RangeError(`Invalid time zone specified: ${name}`);
        return { name: `${offset[1]}${offset[2]}:${offset[3] ?? '00'}`, offset_s: (offset[1] === '-' ? -60 : 60) * minutes, abbreviation: '' };
      }
      const first = ask(name, kit.now());
      if (!periods.has(first.zone)) periods.set(first.zone, [first]);
      return { name: first.zone };
    }
    function offsetName(seconds, long) {
      if (seconds === 0) return 'GMT';
      const minutes = Math.trunc(Math.abs(seconds) / 60), hours = Math.trunc(minutes / 60), rest = minutes % 60, left = Math.abs(seconds) % 60;
      const pad = n => String(n).padStart(2, '0');
      return 'GMT' + (seconds < 0 ? '-' : '+') + (long ? pad(hours) : hours) + (rest || left || long ? ':' + pad(rest) : '') + (left ? ':' + pad(left) : '');
    }
    function zoneName(zone, period, style) {
      const seconds = period.offset_s, short = period.abbreviation;
      if (style === 'shortOffset') return seconds === 0 ? 'GMT+0' : offsetName(seconds, false);
      if (style === 'longOffset') return seconds === 0 ? 'GMT+00:00' : offsetName(seconds, true);
      if (zone.name === 'UTC') return style === 'long' ? longNames.UTC : 'UTC';
      const isAmerican = american[short] === seconds / 3600 && /^(America|US|Pacific|Canada)\//.test(zone.name);
      if (style === 'short') return isAmerican ? short : offsetName(seconds, false);
      if (zone.offset_s !== undefined) return offsetName(seconds, true);
      const long = ofZone[zone.name] ?? (isAmerican ? longNames[short] : /^Europe\//.test(zone.name) ? (zone.name === 'Europe/London' ? { GMT: 'Greenwich Mean Time', BST: 'British Summer Time' }[short] : regional[short]) : undefined);
      if (long === undefined) refuse('Intl.DateTimeFormat', `the long name of the time zone ${zone.name}`, "use timeZoneName: 'short'");
      return long;
    }

    // ---- options ----------------------------------------------------------------------------------
    function resolve(locales, given, required, defaults) {
      const options = intl.optionsOf(given), what = 'Intl.DateTimeFormat';
      const locale = localeOf(locales, what, ['en-US', 'sv-SE', 'en-CA']);
      intl.plain(options.calendar, what, 'calendar', 'gregory');
      intl.plain(options.numberingSystem, what, 'numberingSystem', 'latn');
      const r = { locale, zone: zoneOf(options.timeZone) };
      const word = ['narrow', 'short', 'long'], number = ['2-digit', 'numeric'];
      const asked = {
        weekday: option(options, 'weekday', word), era: option(options, 'era', word), year: option(options, 'year', number), month: option(options, 'month', [...number, ...word]),
        day: option(options, 'day', number), dayPeriod: option(options, 'dayPeriod', word), hour: option(options, 'hour', number), minute: option(options, 'minute', number), second: option(options, 'second', number),
        timeZoneName: option(options, 'timeZoneName', ['short', 'long', 'shortOffset', 'longOffset', 'shortGeneric', 'longGeneric']),
      };
      for (const name of ['era', 'dayPeriod']) if (asked[name] !== undefined) refuse(what, `the option ${name}`);
      if (/Generic$/.test(asked.timeZoneName ?? '')) refuse(what, `timeZoneName: '${asked.timeZoneName}'`, "use 'short'");
      if (options.fractionalSecondDigits !== undefined) {
        const digits = Number(options.fractionalSecondDigits);
        if (!(digits >= 1 && digits <= 3)) throw new RangeError('fractionalSecondDigits value is out of range.');
        asked.fractionalSecondDigits = Math.floor(digits);
      }
      const dateStyle = option(options, 'dateStyle', Object.keys(styles)), timeStyle = option(options, 'timeStyle', Object.keys(styles));
      if (dateStyle !== undefined || timeStyle !== undefined) {
        const beside = Object.keys(asked).find(name => asked[name] !== undefined);
        if (beside !== undefined) throw new TypeError(`Can't set option ${beside} when ${dateStyle !== undefined ? 'dateStyle' : 'timeStyle'} is used`);
        if (required === 'date' && timeStyle !== undefined || required === 'time' && dateStyle !== undefined) throw new TypeError(`Invalid option : ${required === 'date' ? 'timeStyle' : 'dateStyle'}`);
        Object.assign(r, styles[dateStyle], timeStyles[timeStyle], { dateStyle, timeStyle });
        r.withAt = dateStyle === 'full' || dateStyle === 'long';
      } else {
        const has = names => names.some(name => asked[name] !== undefined);
        const needs = (required === 'date' || required === 'any') && has(dateParts) || (required === 'time' || required === 'any') && has(timeParts);
        if (!needs) {
          if (defaults === 'date' || defaults === 'all') Object.assign(asked, { year: 'numeric', month: 'numeric', day: 'numeric' });
          if (defaults === 'time' || defaults === 'all') Object.assign(asked, { hour: 'numeric', minute: 'numeric', second: 'numeric' });
        }
        for (const name of Object.keys(asked)) if (asked[name] !== undefined) r[name] = asked[name];
        r.withAt = r.month === 'long';
      }
      const cycle = option(options, 'hourCycle', ['h11', 'h12', 'h23', 'h24']);
      const usual = locale === 'sv-SE' ? 'h23' : 'h12';
      if (r.hour !== undefined) {
        r.hourCycle = options.hour12 !== undefined ? (options.hour12 ? 'h12' : locale === 'sv-SE' ? 'h23' : 'h24') : cycle ?? usual;
        if (r.hourCycle === 'h11') refuse(what, "hourCycle: 'h11'");
      }
      check(r, what);
      return r;
    }
    function check(r, what) {
      const has = name => r[name] !== undefined;
      const isISO = r.locale !== 'en-US';
      if (isISO && (has('weekday') || /^(long|short|narrow)$/.test(r.month ?? '') || has('timeZoneName') || has('dateStyle') && r.dateStyle !== 'short' || has('timeStyle') || r.locale === 'sv-SE' && r.hourCycle !== 'h23' && has('hour'))) {
        refuse(what, `this form in ${r.locale}`, "numbers only; use 'en-US' for words");
      }
      if (isISO && dateParts.some(has) && !(has('year') && has('month') && has('day') && r.year === 'numeric' && !has('dateStyle'))) refuse(what, `this form in ${r.locale}`, 'year, month and day together');
      if (has('day') && has('year') && !has('month') || has('weekday') && (has('month') || has('year')) && !has('day')) refuse(what, 'this choice of parts', 'add the month or the day');
      if (has('month') && /^(long|short|narrow)$/.test(r.month) === false && has('year') && !has('day') && has('weekday')) refuse(what, 'this choice of parts');
      if (has('fractionalSecondDigits') && !has('second') || has('hour') && has('second') && !has('minute')) refuse(what, 'this choice of parts', 'add what is between');
    }

    // ---- formatting -------------------------------------------------------------------------------
    const pad = n => String(n).padStart(2, '0');
    function fieldsOf(r, ms) {
      const period = periodAt(r.zone, ms), local = new Date(ms + period.offset_s * 1000);
      return { period, year: local.getUTCFullYear(), month: local.getUTCMonth(), day: local.getUTCDate(), weekday: local.getUTCDay(),
        hour: local.getUTCHours(), minute: local.getUTCMinutes(), second: local.getUTCSeconds(), ms: local.getUTCMilliseconds() };
    }
    function dateOf(r, f) {
      const part = {}, has = name => r[name] !== undefined;
      const year = f.year > 0 ? f.year : 1 - f.year;
      if (has('weekday')) part.weekday = { type: 'weekday', value: r.weekday === 'long' ? days[f.weekday] : r.weekday === 'short' ? days[f.weekday].slice(0, 3) : days[f.weekday][0] };
      if (has('year')) part.year = { type: 'year', value: r.year === '2-digit' ? pad(year % 100) : String(year) };
      if (has('day')) part.day = { type: 'day', value: r.day === '2-digit' ? pad(f.day) : String(f.day) };
      if (has('month')) part.month = { type: 'month', value: r.month === 'long' ? months[f.month] : r.month === 'short' ? months[f.month].slice(0, 3) : r.month === 'narrow' ? months[f.month][0] : r.month === '2-digit' ? pad(f.month + 1) : String(f.month + 1) };
      const text = value => ({ type: 'literal', value }), { weekday, month, day, year: y } = part;
      if (r.locale !== 'en-US') {
        if (y === undefined) return [];
        return [y, text('-'), { type: 'month', value: pad(f.month + 1) }, text('-'), { type: 'day', value: pad(f.day) }];
      }
      const inWords = /^(long|short|narrow)$/.test(r.month ?? '');
      let rest = [];
      if (month !== undefined) {
        rest = [month];
        if (day !== undefined) rest.push(text(inWords ? ' ' : '/'), day);
        if (y !== undefined) rest.push(text(inWords ? (day !== undefined ? ', ' : ' ') : '/'), y);
      } else if (day !== undefined) rest = weekday === undefined ? [day] : [day, text(' '), weekday];
      else if (y !== undefined) rest = [y];
      if (weekday === undefined || month === undefined && day !== undefined) return rest;
      return rest.length === 0 ? [weekday] : [weekday, text(', '), ...rest];
    }
    function timeOf(r, f) {
      const has = name => r[name] !== undefined, text = value => ({ type: 'literal', value }), out = [];
      if (has('hour')) {
        const twelve = r.hourCycle === 'h12', value = twelve ? f.hour % 12 || 12 : r.hourCycle === 'h24' ? f.hour || 24 : f.hour;
        out.push({ type: 'hour', value: r.hour === '2-digit' || !twelve ? pad(value) : String(value) });
      }
      if (has('minute')) { if (out.length) out.push(text(':')); out.push({ type: 'minute', value: has('hour') || has('second') ? pad(f.minute) : String(f.minute) }); }
      if (has('second')) { if (out.length) out.push(text(':')); out.push({ type: 'second', value: has('minute') ? pad(f.second) : String(f.second) }); }
      if (has('fractionalSecondDigits')) out.push(text(r.locale === 'sv-SE' ? ',' : '.'), { type: 'fractionalSecond', value: String(f.ms).padStart(3, '0').slice(0, r.fractionalSecondDigits) });
      if (has('hour') && r.hourCycle !== 'h12' && !has('minute') && has('timeZoneName')) out.push(text('h'));
      if (has('hour') && r.hourCycle === 'h12') out.push(text(r.locale === 'en-CA' ? ' ' : ' '), { type: 'dayPeriod', value: r.locale === 'en-CA' ? (f.hour < 12 ? 'a.m.' : 'p.m.') : f.hour < 12 ? 'AM' : 'PM' });
      return out;
    }
    function partsOf(r, value) {
      const ms = value === undefined ? kit.now() : Number(value);
      if (!(Math.abs(ms) <= 8.64e15)) throw new RangeError('Invalid time value');
      const f = fieldsOf(r, Math.trunc(ms)), date = dateOf(r, f), time = timeOf(r, f), text = given => ({ type: 'literal', value: given });
      let out = date;
      if (date.length && time.length) {
        const onlyWeekday = date.length === 1 && date[0].type === 'weekday' && r.hour !== undefined && (r.minute !== undefined || r.timeZoneName === undefined);
        const joint = onlyWeekday || r.locale === 'sv-SE' ? ' ' : r.withAt && r.locale === 'en-US' ? ' at ' : ', ';
        out = [...date, text(joint), ...time];
      } else if (time.length) out = time;
      if (r.timeZoneName !== undefined) out = [...out, ...(out.length ? [text(time.length ? ' ' : r.withAt ? ' at ' : ', ')] : []), { type: 'timeZoneName', value: zoneName(r.zone, f.period, r.timeZoneName) }];
      return out;
    }
    const joined = parts => parts.map(part => part.value).join('');

    class DateTimeFormat {
      #resolved; #format;
      constructor(locales, options) { this.#resolved = resolve(locales, options, 'any', 'date'); }
      get format() { return this.#format ??= value => joined(partsOf(this.#resolved, value)); }
      formatToParts(value) { return partsOf(this.#resolved, value); }
      formatRange() { refuse('Intl.DateTimeFormat', 'formatRange', 'format both ends'); }
      formatRangeToParts() { this.formatRange(); }
      resolvedOptions() {
        const { zone, locale, withAt, ...rest } = this.#resolved, out = { locale, calendar: 'gregory', numberingSystem: 'latn', timeZone: zone.name };
        if (rest.hourCycle !== undefined) Object.assign(out, { hourCycle: rest.hourCycle, hour12: rest.hourCycle === 'h12' });
        for (const name of [...dateParts, ...timeParts, 'timeZoneName', 'dateStyle', 'timeStyle']) if (rest[name] !== undefined && (rest.dateStyle === undefined && rest.timeStyle === undefined || /Style$/.test(name))) out[name] = rest[name];
        return out;
      }
      get [Symbol.toStringTag]() { return 'Intl.DateTimeFormat'; }
    }
    const local = (required, defaults) => (date, locales, options) => {
      const ms = Date.prototype.getTime.call(date);
      const resolved = resolve(locales, options, required, defaults);
      return Number.isNaN(ms) ? 'Invalid Date' : joined(partsOf(resolved, ms));
    };
    return { DateTimeFormat: intl.callable(DateTimeFormat, 'DateTimeFormat'), dateTimeText: local('any', 'all'), dateText: local('date', 'date'), timeText: local('time', 'time') };
  };
})
