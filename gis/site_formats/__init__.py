"""Sites in: one reader per format."""
