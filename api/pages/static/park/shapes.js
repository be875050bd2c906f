// Extents within a page or a drawer: the result, the park around it, the version before.
import { call, colour, toast } from "../app.js";
import { makeMap } from "../map.js";

export const outline = { color: "#111", weight: 2.5, fill: false, dashArray: "8 4" };
export const bounds = ([west, south, east, north]) => [[south, west], [north, east]];

export async function drawExtents(within) {
  for (const place of within.querySelectorAll(".extent[data-source]:not(.leaflet-container)")) {
    try {
      const { data } = await call(place.dataset.source);
      const map = makeMap(place, { bounds: bounds(data.bbox) });
      map.fitBounds(bounds(data.bbox), { padding: [12, 12] });
      if (data.outline) L.geoJSON(data.outline, { style: outline, interactive: false }).addTo(map);
      if (data.before) L.geoJSON(data.before, { style: { color: "#963b00", weight: 2, fillOpacity: 0.08, dashArray: "4 4" }, interactive: false }).addTo(map);
      if (data.extent) L.geoJSON(data.extent, { style: { color: colour("--brand"), weight: 2.5, fillOpacity: 0.22 }, interactive: false }).addTo(map);
    } catch (error) {
      toast(error);
    }
  }
}
