"""Sharing of area assessments: criteria, decision tables, parks and their use."""
