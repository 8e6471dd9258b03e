"""The worker's side of the sandbox. Standard library, quickjs and tree_sitter only."""
