"""JSON values and console lines, drawn."""
