"""One reader per site format, and `read_sites`, the one door to them."""

from gis.site_formats.model import SiteContext
from gis.site_formats.read import read_sites

__all__ = ["SiteContext", "read_sites"]
