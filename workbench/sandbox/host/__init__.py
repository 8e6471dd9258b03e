"""The parent's side of the sandbox: the pool, its workers, the process that forks them."""
