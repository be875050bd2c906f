// The map of the pages: Leaflet on canvas, our own colours, no tiles from outside unless configured.
import { colour, t } from "./app.js";

/** Make a map in `element`; data come as GeoJSON in WGS 84 longitude and latitude. */
export function makeMap(element, { bounds, baseMap, attribution } = {}) {
  const map = L.map(element, { preferCanvas: true, attributionControl: Boolean(baseMap), zoomSnap: 0.25, maxZoom: 21 });
  if (baseMap) L.tileLayer(baseMap, { attribution, maxZoom: 18 }).addTo(map);
  if (map.attributionControl) map.attributionControl.setPrefix(false);
  L.control.scale({ imperial: false, maxWidth: 160 }).addTo(map);
  map.zoomControl.getContainer().querySelectorAll("a").forEach((a, i) => (a.title = i ? t("缩小", "Zoom out") : t("放大", "Zoom in")));
  if (bounds) map.fitBounds(bounds);
  else map.setView([24.45, 118.05], 10);
  return map;
}

/** Style of a finding's pieces by severity (or state when it is not a hit). */
export const pieceStyle = (severity, state = "affected") => {
  const name = state === "affected" ? `--sev-${severity}` : `--state-${state}`;
  return { color: colour(name), weight: 2, fillColor: colour(`${name}-fill`), fillOpacity: 0.55 };
};
export const siteStyle = { color: "#111111", weight: 3, fillColor: "#ffffff", fillOpacity: 0.15, dashArray: "8 4" };
export const lampStyle = (light) => ({ color: colour(`--light-${light}`), fillColor: colour(`--light-${light}`) });
