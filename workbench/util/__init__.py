"""Small helpers that know nothing of Workbench: files, processes, loopback addresses."""
