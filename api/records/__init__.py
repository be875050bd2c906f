"""What the service remembers of people and their work: one model for SQLite and PostgreSQL."""
