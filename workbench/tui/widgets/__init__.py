"""The widgets: each works alone, with its own default styles."""
