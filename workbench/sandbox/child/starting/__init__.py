"""From the text of a script to one that the engine takes: fences, entry points, types, implicit values."""
