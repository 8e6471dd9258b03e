"""``workbench --demo`` starts whatever is configured, and touches nothing of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench import tui
from workbench.cli import launch
from workbench.cli.main import main
from workbench.config import Config


def test_reads_no_other_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "workbench.toml").write_text("broken [")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(launch, "_has_terminal", lambda: True)
    shown: list[tuple[Config, Path, Path | None]] = []

    def run(config: Config, *, data_dir: Path, script: Path | None = None, **_: Any) -> int:
        shown.append((config, data_dir, script))
        return 0

    monkeypatch.setattr(tui, "run", run)
    data = tmp_path / "data"
    assert main(["--data-dir", str(data)]) == 2, "without it, the broken file is told"
    capsys.readouterr()
    assert main(["--data-dir", str(data), "--demo"]) == 0
    config, folder, script = shown[0]
    assert list(config.servers) == ["demo"]
    assert config.servers["demo"].demo
    assert folder == data / "demo"
    assert config.path == folder / "workbench.toml", "settings that are changed go there"
    assert script is None

    spoilt = ["[limits]\nnonsense = 1\n", "broken ["]
    for text in spoilt:
        config.path.write_text(text)
        assert main(["--data-dir", str(data), "--demo", "hello"]) == 0, "it always starts"
        assert "begins anew" in capsys.readouterr().err
    aside = sorted(folder.glob("workbench.damaged-*.toml"))
    assert [file.read_text() for file in aside] == spoilt, "each is kept"
    assert shown[1][2] is not None
    assert shown[1][2].name == "hello.js"

    assert main(["--data-dir", str(data), "--demo", "--config", "x.toml"]) == 2
    assert main(["--data-dir", str(data), "--demo", "--server", "npx x"]) == 2
    assert "of its own" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--record", "s.gif"], ".svg or .cast"),
        (["--record", "there.svg"], "there already"),
        (["--record", "no/such/s.svg"], "nothing can be written"),
        (["--record", "there.svg/s.svg"], "nothing can be written"),
        (["--record", "s.svg", "--serve"], "neither --serve nor --web"),
        (["--record", "s.svg", "--web"], "neither --serve nor --web"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_a_session_is_recorded_into_a_new_file_or_not_begun(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.svg").touch()
    assert main(["--data-dir", str(tmp_path / "data"), *words]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "s.svg").exists()
