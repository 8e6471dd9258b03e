"""Outside text: JSON, made safe to show, secrets masked."""
