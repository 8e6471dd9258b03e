"""Sessions with an upstream server, by what carries them."""
