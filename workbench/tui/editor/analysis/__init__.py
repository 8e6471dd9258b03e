"""What the text of a script says: its tree, its names and scopes, and what its expressions give. No widgets."""
