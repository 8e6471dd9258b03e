"""The tools screen."""
