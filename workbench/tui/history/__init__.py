"""The history screen and the diff of two executions."""
