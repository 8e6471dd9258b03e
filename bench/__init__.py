"""Benchmarks: figures that docs/decisions report. Never part of the tests: machines differ."""
