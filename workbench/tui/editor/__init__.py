"""The editor for scripts and their JSON."""
