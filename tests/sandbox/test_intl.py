"""Numbers, dates and texts in words of en-US: what Node says, or a refusal; never something else."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from tests.conftest import RunScript
from tests.support.node import EACH, node_values
from workbench.core.model import ExecutionOptions

pytestmark = pytest.mark.anyio

NUMBERS = ["0", "-0", "1", "-1", "1.005", "0.1", "0.125", "-0.005", "1234.5", "1234567.891", "999.5", "999999", "9999.5", "12345", "1500", "1e21", "1.5e-7", "123456789.987654321", "NaN", "Infinity", "-Infinity", "5n", "123456789012345678901234567890n", "0.00001234", "99.995", "1050000", "999950", "1e12", "1.5e15"]  # fmt: skip
NUMBER_OPTIONS: list[dict[str, Any] | None] = [
    None, {}, {"maximumFractionDigits": 0}, {"maximumFractionDigits": 2}, {"minimumFractionDigits": 2}, {"minimumFractionDigits": 2, "maximumFractionDigits": 2},
    {"minimumFractionDigits": 5}, {"maximumSignificantDigits": 3}, {"minimumSignificantDigits": 4}, {"minimumSignificantDigits": 2, "maximumSignificantDigits": 4},
    {"useGrouping": False}, {"useGrouping": True}, {"useGrouping": "min2"}, {"minimumIntegerDigits": 3},
    {"style": "percent"}, {"style": "percent", "maximumFractionDigits": 1}, {"style": "percent", "minimumFractionDigits": 2},
    *({"style": "currency", "currency": code} for code in ("USD", "EUR", "GBP", "JPY", "CHF", "INR", "CAD", "KWD", "usd")),
    {"style": "currency", "currency": "USD", "currencyDisplay": "code"}, {"style": "currency", "currency": "USD", "currencyDisplay": "name"},
    {"style": "currency", "currency": "CAD", "currencyDisplay": "narrowSymbol"}, {"style": "currency", "currency": "USD", "currencySign": "accounting"},
    {"style": "currency", "currency": "USD", "maximumFractionDigits": 0}, {"style": "currency", "currency": "USD", "minimumFractionDigits": 0},
    {"style": "currency", "currency": "USD", "notation": "compact"},
    {"notation": "compact"}, {"notation": "compact", "compactDisplay": "long"}, {"notation": "compact", "maximumFractionDigits": 1}, {"notation": "compact", "maximumSignificantDigits": 3},
    {"notation": "compact", "minimumFractionDigits": 2}, {"notation": "scientific"},
    {"signDisplay": "always"}, {"signDisplay": "exceptZero"}, {"signDisplay": "never"}, {"signDisplay": "negative"},
    {"trailingZeroDisplay": "stripIfInteger", "minimumFractionDigits": 2},
    *({"roundingMode": mode, "maximumFractionDigits": 2} for mode in ("ceil", "floor", "expand", "trunc", "halfCeil", "halfFloor", "halfTrunc", "halfEven")),
    *({"style": "unit", "unit": unit, "unitDisplay": shown} for unit in ("kilometer", "byte", "megabyte", "second", "minute", "hour", "day", "week", "month", "year", "celsius", "percent", "liter", "pound", "inch", "kilometer-per-hour", "mile-per-hour", "degree") for shown in ("short", "long")),
    {"style": "unit", "unit": "kilometer", "unitDisplay": "narrow"},
    {"style": "currency"}, {"style": "currency", "currency": "XX"}, {"style": "nope"}, {"maximumFractionDigits": 101}, {"minimumFractionDigits": 4, "maximumFractionDigits": 2},
]  # fmt: skip
MOMENTS = ["1709647509123", "100000000000", "1704067200000", "1720000000000", "946684799999", "1730613600000", "1730617200000", "253402300799000", "-2208988800000"]  # fmt: skip
ZONES = ["UTC", "America/New_York", "America/Los_Angeles", "Europe/Paris", "Europe/London", "Asia/Tokyo", "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Honolulu", "America/St_Johns", "america/new_york"]  # fmt: skip
DATE_OPTIONS: list[dict[str, Any]] = [
    {}, {"hour12": False}, {"hourCycle": "h23"}, {"hour": "numeric"}, {"hour": "numeric", "hour12": False}, {"hour": "2-digit", "minute": "2-digit"}, {"hour": "2-digit", "minute": "2-digit", "hour12": False},
    {"hour": "numeric", "minute": "2-digit", "second": "2-digit", "hourCycle": "h23"}, {"minute": "numeric", "second": "numeric"}, {"hour": "numeric", "minute": "numeric", "second": "numeric", "fractionalSecondDigits": 3},
    {"year": "numeric"}, {"month": "long"}, {"month": "short"}, {"month": "narrow"}, {"month": "numeric"}, {"month": "2-digit"}, {"day": "numeric"}, {"day": "2-digit"}, {"weekday": "long"}, {"weekday": "short"}, {"weekday": "narrow"},
    {"year": "numeric", "month": "long"}, {"year": "numeric", "month": "short"}, {"year": "numeric", "month": "numeric"}, {"year": "numeric", "month": "2-digit"}, {"month": "long", "day": "numeric"}, {"month": "short", "day": "numeric"}, {"month": "numeric", "day": "numeric"}, {"month": "2-digit", "day": "2-digit"},
    {"year": "numeric", "month": "long", "day": "numeric"}, {"year": "numeric", "month": "short", "day": "numeric"}, {"year": "numeric", "month": "numeric", "day": "numeric"}, {"year": "numeric", "month": "2-digit", "day": "2-digit"}, {"year": "2-digit", "month": "2-digit", "day": "2-digit"}, {"year": "2-digit", "month": "long", "day": "2-digit"},
    {"weekday": "long", "year": "numeric", "month": "long", "day": "numeric"}, {"weekday": "short", "year": "numeric", "month": "short", "day": "numeric"}, {"weekday": "short", "month": "short", "day": "numeric"}, {"weekday": "long", "month": "long", "day": "numeric"}, {"weekday": "short", "day": "numeric"}, {"weekday": "long", "month": "numeric", "day": "numeric"}, {"weekday": "short", "year": "numeric", "month": "numeric", "day": "numeric"},
    {"year": "numeric", "month": "short", "day": "numeric", "hour": "numeric", "minute": "2-digit"}, {"year": "numeric", "month": "long", "day": "numeric", "hour": "numeric", "minute": "2-digit"}, {"month": "short", "day": "numeric", "hour": "numeric", "minute": "2-digit", "timeZoneName": "short"}, {"weekday": "long", "hour": "numeric"}, {"weekday": "short", "hour": "numeric", "minute": "2-digit"},
    {"weekday": "short", "minute": "2-digit"}, {"weekday": "long", "minute": "numeric", "second": "2-digit"}, {"weekday": "short", "hour": "2-digit", "timeZoneName": "short"}, {"month": "long", "day": "numeric", "timeZoneName": "shortOffset"}, {"month": "short", "hour": "numeric", "hour12": False, "timeZoneName": "short"},
    {"timeZoneName": "short"}, {"timeZoneName": "long"}, {"timeZoneName": "shortOffset"}, {"timeZoneName": "longOffset"}, {"hour": "numeric", "timeZoneName": "short"}, {"year": "numeric", "month": "numeric", "day": "numeric", "timeZoneName": "short"},
    *({"dateStyle": style} for style in ("full", "long", "medium", "short")), *({"timeStyle": style} for style in ("full", "long", "medium", "short")),
    *({"dateStyle": date, "timeStyle": time} for date in ("full", "long", "medium", "short") for time in ("long", "medium", "short")), {"dateStyle": "medium", "timeStyle": "short", "hour12": False},
    {"era": "short"}, {"dayPeriod": "short", "hour": "numeric"}, {"year": "numeric", "weekday": "short"}, {"hour": "numeric", "fractionalSecondDigits": 2}, {"dateStyle": "long", "year": "numeric"}, {"month": "nope"},
    {"calendar": "buddhist"}, {"numberingSystem": "arab"}, {"timeZoneName": "shortGeneric"},
]  # fmt: skip
TEXTS = ["", "a", "A", "b", "B", "ä", "Ä", "á", "z", "Zebra", "apple", "Apple", "äpfel", "10", "9", "2", "item 10", "item 9", "item-2", "item_1", "_x", "-x", " x", "x y", "xy", "x-y", "résumé", "resume", "Resume", "naïve", "æther", "œuvre", "straße", "strasse", "aether", "ñ", "n", "nz", "øre", "ore", "łódź", "lodz", "!", "?", ".", ",", "(a)", "[a]", "{a}", "#1", "$1", "%", "&", "*", "+", "=", "<", ">", "~", "|", "^", "`", "'", '"', "/", "\\", ":", ";", "@", "a1", "a01", "a2", "a10", "v1.10.0", "v1.9.0", "co-op", "coop", "co op", "ДОМ", "дом", "Ωmega", "ωmega", "中", "あ"]  # fmt: skip
COMPARISONS = [
    "", ", 'en'", ", undefined, { numeric: true }", ", 'en-US', { sensitivity: 'base' }", ", 'en', { sensitivity: 'accent' }", ", undefined, { sensitivity: 'case' }", ", 'en', { numeric: true, sensitivity: 'base' }",
]  # fmt: skip
OTHERS = [
    *(f"new Intl.PluralRules('en-US', {{ type: '{kind}' }}).select({n})" for n in (0, 1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 101, 111, 1.5) for kind in ("cardinal", "ordinal")),
    *(f"new Intl.ListFormat('en', {json.dumps({'type': kind, 'style': style})}).format({json.dumps(items)})" for kind in ("conjunction", "disjunction", "unit") for style in ("long", "short", "narrow") for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])),
    *(f"new Intl.RelativeTimeFormat('en', {json.dumps({'numeric': numeric, 'style': style})}).format({n}, '{unit}')" for numeric in ("always", "auto") for style in ("long", "short") for n in (-1, 0, 1, 2, -3, 1.5, 1000) for unit in ("second", "minutes", "hour", "day", "week", "month", "quarter", "year")),
    "Intl.DateTimeFormat().resolvedOptions().locale", "new Intl.NumberFormat('en-US').formatToParts(-1234.5)", "new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).formatToParts(1234.5).map(p => p.type)",
    "new Intl.DateTimeFormat('en-US', { dateStyle: 'full', timeStyle: 'long', timeZone: 'UTC' }).formatToParts(0).map(p => [p.type, p.value.replace('\\u202f', ' ')])", "['b', 'a', 'C', 'ä'].sort(new Intl.Collator('en').compare)", "['x10', 'x9'].sort(new Intl.Collator(undefined, { numeric: true }).compare)",
    "[1, 2.5].map(new Intl.NumberFormat('en-US', { minimumFractionDigits: 1 }).format)", "[1234.5, 6].toLocaleString('en-US')", "new Date(NaN).toLocaleString()", "new Intl.DateTimeFormat('en-US').format(NaN)", "new Date(0).toLocaleDateString('en-US', { timeZone: 'Nope/Nope' })",
    "new Date(0).toLocaleDateString('en-US', { timeStyle: 'short' })", "new Date(0).toLocaleTimeString('en-US', { dateStyle: 'short' })", "(5).toLocaleString('no such')", "'İ'.toLocaleLowerCase('en')", "'a'.toLocaleUpperCase()", "Intl.NumberFormat('en-US').format('123.45')",
    "typeof Intl.Segmenter", "Intl.getCanonicalLocales('EN-us')", "new Intl.NumberFormat('en-US').resolvedOptions().maximumFractionDigits", "(12).toLocaleString(undefined)", "(12).toLocaleString([])", "(1e3).toLocaleString(['en-US', 'de'])",
]  # fmt: skip
ISO = [
    f"new Date({at}).to{what}String('{locale}', {{ timeZone: '{zone}'{more} }})"
    for at in MOMENTS[:4]
    for what in ("Locale", "LocaleDate", "LocaleTime")
    for locale in ("sv-SE", "en-CA", "sv")
    for zone in ("UTC", "America/New_York")
    for more in (
        "",
        ", hour: '2-digit', minute: '2-digit'",
        ", year: 'numeric', month: '2-digit', day: '2-digit'",
    )
]


def numbers() -> list[str]:
    return [
        f"({n}).toLocaleString('en-US'{'' if options is None else ', ' + json.dumps(options)})"
        for n in NUMBERS
        for options in NUMBER_OPTIONS
    ]


def dates() -> list[str]:
    each = [
        (zone, at, what)
        for zone, at in itertools.product(ZONES, MOMENTS[:7])
        for what in ("", "Date", "Time")
    ]
    found = []
    for number, options in enumerate(DATE_OPTIONS):
        for zone, at, what in each[number % 5 :: 5]:
            given = json.dumps({"timeZone": zone, **options})
            found.append(f"new Date({at}).toLocale{what}String('en-US', {given})")
    return found


def texts() -> list[str]:
    return [
        f"Math.sign({json.dumps(a)}.localeCompare({json.dumps(b)}{how}))"
        for a, b in itertools.combinations(TEXTS, 2)
        for how in COMPARISONS
    ]


async def differences(run: RunScript, expressions: list[str]) -> tuple[list[Any], int]:
    """Where another value is given than Node's; and how many are refused that Node has."""
    wrong = []
    refused = 0
    right_of = dict(zip(expressions, node_values(expressions), strict=True))
    # a script has seconds, also on a busy machine
    for start in range(0, len(expressions), 300):
        some = expressions[start : start + 300]
        execution = await run(EACH, input=some, options=ExecutionOptions(timeout_ms=60_000))
        assert execution.error is None, execution.error
        for expression, given in zip(some, execution.value, strict=True):
            right = right_of[expression]
            if given == right:
                continue
            if "error" in given and given["error"] == "RangeError":
                refused += 1
            else:
                wrong.append((expression, given, right))
    return wrong, refused


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expressions", "most_refused"),
    [
        pytest.param(numbers(), 0.07, id="numbers"),
        pytest.param(dates(), 0.1, id="dates"),
        pytest.param(texts(), 0.0, id="texts"),
        pytest.param(OTHERS, 0.01, id="others"),
        pytest.param(ISO, 0.34, id="iso"),
    ],
)
async def test_as_in_node_or_refused(
    run: RunScript, expressions: list[str], most_refused: float
) -> None:
    wrong, refused = await differences(run, expressions)
    assert wrong[:20] == []
    assert refused <= most_refused * len(expressions)


async def test_offsets_are_time_zones(run: RunScript) -> None:
    code = "['+05:30', '-0800', '+00'].map(timeZone => new Date(0).toLocaleTimeString('en-US', { timeZone, timeStyle: 'short' }))"
    assert (await run(code)).value == ["5:30 AM", "4:00 PM", "12:00 AM"]


async def test_a_method_of_texts_needs_one(run: RunScript) -> None:
    code = "[null, undefined].map(that => { try { return 'a'.localeCompare.call(that) } catch (e) { return e.name } })"
    assert (await run(code)).value == ["TypeError", "TypeError"]


REFUSED = [
    ("new Date(0).toLocaleDateString('de-DE')", "the locale de-DE is not supported here (en-US; numeric dates of sv-SE, en-CA)"),
    ("(1).toLocaleString('fr')", "Intl.NumberFormat: the locale fr is not supported here (only en-US)"),
    ("(1).toLocaleString('en-US', { notation: 'scientific' })", "notation: 'scientific' is not supported here (use x.toExponential())"),
    ("new Date(0).toLocaleString('en-US', { era: 'short' })", "the option era is not supported here"),
    ("new Date(0).toLocaleString('sv-SE', { month: 'long' })", "this form in sv-SE is not supported here"),
    ("new Intl.Segmenter('en')", "Intl: Segmenter is not supported here"),
    ("'a'.localeCompare('b', 'de')", "the locale de is not supported here"),
    ("'i'.toLocaleUpperCase('tr')", "the rules of tr are not supported here"),
    ("new Date(0).toLocaleString('en-US', { timeZone: 'Europe/Lisboa' })", "Invalid time zone specified: Europe/Lisboa"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "message"), REFUSED, ids=[row[0][:40] for row in REFUSED])
async def test_what_is_not_supported_says_so(run: RunScript, code: str, message: str) -> None:
    error = (await run(code)).error
    assert error is not None
    assert error.message.startswith("RangeError: ")
    assert message in error.message
    assert error.line == 1
