"""A script is laid out anew by the real oxfmt, or left as it is with a word why."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.tui.conftest import MakeApp, app_opened, told, until
from workbench.tui.editor import formatting
from workbench.tui.editor.formatting import NotFormatted, formatted, same_place

pytestmark = pytest.mark.anyio

SCRIPT = """\
// Label open issues
const {  issues , next:cursor } = await   tools.demo.list_issues({state:'open',limit:input?.limit??20})
class A { #x = 1_000n; static { A.y = 2 } get x(){return this.#x} }
for await (const {id,title:t,...rest} of gen()) { if(/[{(]\\/"/.test(t)) out.push({id,"t":t,...rest}) // note
else continue }
const tpl = `a ${ out.map(x=>`<${x.id}>`).join( "," ) } b
  keep   this
`
/* block
   comment */
return issues.filter(Boolean)   .map( async ({id}) => { a ||= id; b ??= 1 } )
"""
LAID_OUT = """\
// Label open issues
const { issues, next: cursor } = await tools.demo.list_issues({
  state: "open",
  limit: input?.limit ?? 20,
});
class A {
  #x = 1_000n;
  static {
    A.y = 2;
  }
  get x() {
    return this.#x;
  }
}
for await (const { id, title: t, ...rest } of gen()) {
  if (/[{(]\\/"/.test(t)) out.push({ id, "t": t, ...rest }); // note
  else continue;
}
const tpl = `a ${out.map((x) => `<${x.id}>`).join(",")} b
  keep   this
`;
/* block
   comment */
return issues.filter(Boolean).map(async ({ id }) => {
  a ||= id;
  b ??= 1;
});
"""


async def test_scripts_of_today_are_laid_out(tmp_path: Path) -> None:
    assert await formatted(SCRIPT, "javascript", None) == LAID_OUT
    assert await formatted(LAID_OUT, "javascript", tmp_path) == LAID_OUT
    # What the nearest configuration says, also of a script above which it stands.
    (tmp_path / ".oxfmtrc.json").write_text('{"semi": false, "singleQuote": true}')
    inner = tmp_path / "scripts"
    inner.mkdir()
    typed = 'type A={b:number}\nconst c=(a as A).b;return f("d",c!)'
    wanted = "type A = { b: number }\nconst c = (a as A).b\nreturn f('d', c!)\n"
    # One that holds types, whatever its file is called.
    assert await formatted(typed, "javascript", inner) == wanted


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("const a = 'é'; f(a;", "does not parse at 1:"),
        ("a;" * (1 << 19) + "a", "too long"),
        # The program's own parser is stricter.
        ("function f() { await a }", "oxfmt says `await` is only allowed"),
    ],
    ids=["broken", "long", "refused"],
)
async def test_what_cannot_be_laid_out_is_told(
    text: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "1")  # oxfmt writes in colours there
    with pytest.raises(NotFormatted, match=why):
        await formatted(text, "javascript", None)


async def test_a_layout_that_is_another_program_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formatting, "formatter", lambda: tmp_path / "oxfmt")
    with pytest.raises(NotFormatted, match="cannot be run"):
        await formatted("a", "javascript", None)

    async def mistaken(*_: object) -> str:
        return "a;\nb - c - d;\n"

    monkeypatch.setattr(formatting, "_run", mistaken)
    assert await formatted("a\nb - c - d", "javascript", None) == "a;\nb - c - d;\n"
    with pytest.raises(NotFormatted, match="line 2"):
        await formatted("a\nb - (c - d)", "javascript", None)


async def test_without_the_program_the_way_to_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    with pytest.raises(NotFormatted, match=r"pip install 'workbench-mcp\[format\]'"):
        await formatted("a", "javascript", None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f( |a,b)", "f(|a, b);"),
        ("f(a,b|)", "f(a, b|);"),
        ("x=>|x", "(x) => |x;"),
        ("|a", "|a;"),
        ("let a='b|c'", 'let a = "b|c";'),
        ("a\n|", "a;\n|"),
        ("if(a)|{b}", "if (a) |{\n  b;\n}"),
        ("if(a){b|}", "if (a) {\n  b|;\n}"),
    ],
)
def test_the_cursor_stays_at_its_token(before: str, after: str) -> None:
    text, at = before.replace("|", ""), before.index("|")
    wanted = after.index("|")
    assert same_place(text, at, after.replace("|", "")) == wanted


@pytest.mark.slow
async def test_a_key_lays_out_the_script_in_one_step(make_app: MakeApp) -> None:
    code = "const a={\n  b:1}\nreturn f(a,\n'c')"
    app = make_app(code)
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        script = app.main.tab.script
        script.go_to(3, 8)
        await pilot.press("alt+shift+f", "x")  # typed ahead: into what is laid out
        await until(lambda: "xf" in script.text, "laid out, and typed")
        assert script.text == 'const a = {\n  b: 1,\n};\nreturn xf(a, "c");\n'
        script.go_to(1)
        await pilot.press("ctrl+z", "ctrl+z")
        await until(lambda: script.text == code, "as it was")
        broken = "const a = {\n  b:1\nreturn a"
        script.replace_all(broken)
        await pilot.press("alt+shift+f")
        await told(app, "does not parse at")
        assert script.text == broken
        app.exit(0)
