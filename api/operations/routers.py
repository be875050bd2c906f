"""Routers beside `/api/v1` and the pages: what operators and GIS programs ask."""

from api.routes import health, metrics, ogc, tiles

SERVICE = (health.router, metrics.router, ogc.router, tiles.router)
