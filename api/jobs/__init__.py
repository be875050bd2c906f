"""Durable jobs: long work that outlives the process that began it."""
