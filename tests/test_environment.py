"""What is set where the tests run decides nothing in them."""

from __future__ import annotations

import os

import pytest

from tests.support import environment


def test_the_environment_is_that_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    before = dict(os.environ)
    odd = (
        "CI",
        "FORCE_COLOR",
        "NO_COLOR",
        "TZ",
        "WORKBENCH_TIMEOUT_MS",
        "XDG_DATA_HOME",
        "COLUMNS",
        "PYTHONWARNINGS",
    )
    for name in odd:
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("https_proxy", "http://proxy.invalid")
    try:
        environment.make_own()
        assert not {*odd, "https_proxy"} & set(os.environ)
        assert os.environ["TERM"] == "xterm-256color"
        assert os.environ["PATH"] == before["PATH"]
        with environment.proxies():
            assert os.environ["https_proxy"] == "http://proxy.invalid"
    finally:
        os.environ.clear()
        os.environ.update(before)
