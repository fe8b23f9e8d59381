"""clean-corpus."""
