"""Every block of commands is run by a shell, in a folder that has what the page speaks of."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.docs.test_code_blocks import Block, blocks_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
_SCRIPT = "await tools.demo.list_issues({ state: 'open' })"
_IDS = ("3f9a", "88c1")
"""As the pages call two runs of one's history."""


class _Folder:
    """Of somebody who has run a script twice, exported a run and edited its script."""

    def __init__(self, path: Path) -> None:
        self.path = path
        bin_ = Path(sys.executable).parent
        data = str(path / "data")
        self.environ = {
            "HOME": str(path),
            "PATH": f"{bin_}:/usr/bin:/bin",
            "WORKBENCH_DATA_DIR": data,
        }
        for name in ("fixed.js", "triage.js"):
            (path / name).write_text(_SCRIPT)
        for name in ("recordings", "tests"):
            (path / name).mkdir()
        self.ids = dict(zip(_IDS, (self._run(), self._run()), strict=True))
        self.sh(f"workbench history export {self.ids['3f9a']} -o recordings/a.json")

    def _run(self) -> str:
        told = self.sh(f'workbench code exec --code "{_SCRIPT}"')
        found = re.search(r'"execution_id": ?"([^"]+)', told)
        assert found is not None
        return found[1]

    def sh(self, text: str) -> str:
        done = subprocess.run(
            ["/bin/sh", "-e", "-c", text],
            cwd=self.path,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> _Folder:
    return _Folder(tmp_path_factory.mktemp("shell"))


@pytest.mark.parametrize("block", blocks_of("sh"))
def test_a_block_of_commands_runs(block: Block, folder: _Folder) -> None:
    text = block.text
    for name, id_ in folder.ids.items():
        text = re.sub(rf"\b{name}\b", id_, text)
    folder.sh(text)


@pytest.mark.parametrize("block", blocks_of("console"))
def test_a_command_says_what_the_page_shows(block: Block, folder: _Folder) -> None:
    first, *shown = block.text.rstrip().splitlines()
    command = first.removeprefix("$ ")
    if block.info != "console serves":
        assert folder.sh(command).splitlines() == shown
        return
    folder.sh("workbench config set enable_code_execution true")
    with subprocess.Popen(
        ["/bin/sh", "-c", f"exec {command}"],
        cwd=folder.path,
        env=folder.environ,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stdin=subprocess.PIPE,
        text=True,
    ) as served:
        try:
            assert served.stderr is not None
            for line in shown:
                pattern = re.escape(line).replace("…", r"\S+")
                assert re.fullmatch(pattern, served.stderr.readline().rstrip("\n"))
        finally:
            served.terminate()
            assert served.wait(60) == 0


@pytest.mark.parametrize("block", blocks_of("yaml"))
def test_the_commands_of_a_workflow_run(block: Block, folder: _Folder) -> None:
    workflow = yaml.safe_load(block.text)
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    ours = [step["run"] for step in steps if step.get("run", "").startswith("workbench")]
    assert ours
    for command in ours:
        folder.sh(command)
