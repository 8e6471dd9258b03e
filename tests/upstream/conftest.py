"""What tests of upstream servers share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.listening import listening
from tests.support.servers import HTTP_SERVER


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The SDK's server over HTTP, one for all tests of a file."""
    with listening(HTTP_SERVER) as port:
        yield port
