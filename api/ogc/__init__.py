"""OGC API Features: core, GeoJSON, OpenAPI 3.0 and CRS by reference, for GIS programs."""
