"""JSON Schemas of other people as forms: what each place takes, what is filled in, what comes of it."""
