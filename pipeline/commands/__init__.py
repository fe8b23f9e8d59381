"""What a person asks for beside a run, and how it is shown."""
