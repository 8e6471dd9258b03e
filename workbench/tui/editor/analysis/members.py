"""What can be read from values of JavaScript: the members of lists, texts and maps that are offered."""

from __future__ import annotations

from workbench.util.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """What can be read from a value: its name, its type on one line, the first line of what is said of it."""

    name: str
    detail: str = ""
    doc: str = ""


OF_ARRAYS = (
    ("length", "number"),
    ("map", "(item => …) => any[]"),
    ("filter", "(item => boolean) => items"),
    ("find", "(item => boolean) => item"),
    ("slice", "(start, end?) => items"),
    ("some", "(item => boolean) => boolean"),
    ("every", "(item => boolean) => boolean"),
    ("forEach", "(item => …)"),
    ("flatMap", "(item => …[]) => any[]"),
    ("reduce", "((sum, item) => …, start)"),
    ("sort", "((a, b) => number) => items"),
    ("includes", "(value) => boolean"),
    ("join", "(separator) => string"),
)
OF_TEXTS = (
    ("length", "number"),
    ("includes", "(text) => boolean"),
    ("startsWith", "(text) => boolean"),
    ("endsWith", "(text) => boolean"),
    ("split", "(separator) => string[]"),
    ("trim", "() => string"),
    ("toLowerCase", "() => string"),
    ("toUpperCase", "() => string"),
    ("replace", "(pattern, text) => string"),
    ("replaceAll", "(pattern, text) => string"),
    ("slice", "(start, end?) => string"),
    ("match", "(pattern) => string[] | null"),
)
OF_PROMISES = (
    ("then", "(value => …) => Promise"),
    ("catch", "(error => …) => Promise"),
    ("finally", "(() => …) => Promise"),
)
_OF_BOTH = (
    ("size", "number"),
    ("has", "(key) => boolean"),
    ("delete", "(key) => boolean"),
    ("clear", "()"),
)
OF_MAPS = (
    ("get", "(key) => value"),
    ("set", "(key, value) => Map"),
    *_OF_BOTH,
    ("keys", "() => keys"),
    ("values", "() => values"),
    ("entries", "() => [key, value] …"),
    ("forEach", "((value, key) => …)"),
)
OF_SETS = (
    ("add", "(value) => Set"),
    *_OF_BOTH,
    ("values", "() => values"),
    ("forEach", "(value => …)"),
    ("union", "(set) => Set"),
    ("intersection", "(set) => Set"),
    ("difference", "(set) => Set"),
)
OF_ITERATORS = (
    ("map", "(item => …) => items"),
    ("filter", "(item => boolean) => items"),
    ("find", "(item => boolean) => item"),
    ("take", "(count) => items"),
    ("drop", "(count) => items"),
    ("toArray", "() => item[]"),
    ("some", "(item => boolean) => boolean"),
    ("every", "(item => boolean) => boolean"),
    ("forEach", "(item => …)"),
    ("flatMap", "(item => …[]) => items"),
    ("reduce", "((sum, item) => …, start)"),
    ("next", "() => {value, done}"),
)
