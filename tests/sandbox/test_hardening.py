"""What a worker gives up: steps made beforehand, rehearsed in the zygote without doing anything there."""

from __future__ import annotations

import os
import resource

from workbench.sandbox.child.hardening import Hardening, take


def test_a_rehearsal_takes_as_many_steps_as_a_worker_and_changes_nothing() -> None:
    hardening = Hardening()
    before = resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_AS)
    take(hardening.as_it_is(), {})
    assert len(hardening.as_it_is()) == len(hardening.late(64 << 20))
    after = resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_AS)
    assert after == before
    os.close(os.dup(0))  # a filter of system calls would have ended this process


def test_what_the_system_refuses_is_said() -> None:
    def raises() -> object:
        raise OSError("no")

    steps = {"held": True, "refused": True, "raised": True}
    take((("held", lambda: 0), ("refused", lambda: -1), ("raised", raises)), steps)
    assert steps == {"held": True, "refused": False, "raised": False}


def test_the_last_step_is_the_one_after_which_no_other_is_possible() -> None:
    hardening = Hardening()
    names = [name for name, _ in hardening.late(64 << 20)]
    assert names[0] == "dies with its parent"
    assert names.count("resource limits") == 3
    assert "seccomp allow-list" not in names[:-1]
