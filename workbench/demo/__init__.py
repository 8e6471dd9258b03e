"""The bundled upstream server: a small issue tracker, chat and clock, for the first run and for tests."""
