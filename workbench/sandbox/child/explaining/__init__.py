"""What is said of a run at its end: where it failed, why, and what would be right."""
