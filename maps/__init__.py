"""Drawings of plain values: figures and maps. Knows no finding."""
