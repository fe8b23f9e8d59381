"""Programs that print a table beside peers and fail under floors.toml."""
