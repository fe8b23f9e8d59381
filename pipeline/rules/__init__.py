"""What is known about pages: rules, read from TOML and checked.

Each family has a module that says which keys its mechanism reads: `chrome` (with `sites/`),
`spelling`, `tables`, `dedup`. A folder of the user's own (`rules.folder` in config.toml) may hold
files of the same names; their rules are added to these.
"""
