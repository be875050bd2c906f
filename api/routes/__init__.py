"""The HTTP interface for programs, below `/api/v1`."""
