"""How a masked text begins, for those who meet one; redact.py makes them."""

MARK = "«masked"
