"""The Model Context Protocol's messages, for the client's side and the server's."""
