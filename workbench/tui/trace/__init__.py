"""The live trace."""
