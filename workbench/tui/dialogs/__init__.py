"""Small questions over a screen, help, jump labels."""
