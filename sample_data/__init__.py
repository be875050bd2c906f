"""The seeded synthetic town, sample sites in every format, expected results."""
