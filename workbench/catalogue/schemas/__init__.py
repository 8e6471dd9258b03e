"""JSON Schemas of other people: a value held against one, within a budget, and what is wrong in words."""
