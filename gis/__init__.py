"""Geometry: sites, coordinate systems, overlay and measures. Knows no layer."""
