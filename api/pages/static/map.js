// The map of the pages: Leaflet on canvas, our own colours, no tiles from outside unless configured.
import { call, colour, el, pick, t } from "./app.js";

/** Make a map in `element`; data come as GeoJSON in WGS 84 longitude and latitude. */
export function makeMap(element, { bounds } = {}) {
  const baseMap = document.querySelector("meta[name=base-map]")?.content; // off unless the operator set one
  const map = L.map(element, { preferCanvas: true, attributionControl: Boolean(baseMap), zoomSnap: 0.25, maxZoom: 21 });
  if (baseMap) {
    const attribution = el("span", {}, document.querySelector("meta[name=base-map-attribution]").content).innerHTML;
    L.tileLayer(baseMap, { attribution, maxZoom: 21, maxNativeZoom: 18 }).addTo(map);
  }
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

/** A layer of vector tiles in one ink; `onClick` gets the feature's id, class and name. */
export function tileLayer(url, { ink, fill, geometry = "polygon" }, onClick) {
  const style = geometry === "polygon" ? { color: ink, weight: 1, fill: true, fillColor: fill, fillOpacity: 0.45 } : { color: ink, weight: 2, fill: geometry === "point", fillColor: ink, fillOpacity: 0.9, radius: 4 };
  const layer = L.vectorGrid.protobuf(url, { rendererFactory: L.canvas.tile, interactive: Boolean(onClick), maxNativeZoom: 18, vectorTileLayerStyles: new Proxy({}, { get: () => style, has: () => true }) });
  if (onClick) layer.on("click", (event) => onClick(event.layer.properties, event.latlng));
  return layer;
}

/** Put a switch for each layer in force onto a map, closed at first; tiles come when switched on. */
export async function contextSwitches(map, more = {}) {
  if (!window.L.vectorGrid) return null;
  L.DomEvent.fakeStop = L.DomEvent.stopPropagation; // Leaflet.VectorGrid 1.3 asks for it on clicks
  const { data } = await call("/layers/switches.json");
  const overlays = {};
  for (const one of data) {
    const name = el("span", {}, el("i", { class: "swatch", style: `border-color:${one.ink};background:${one.fill}` }), pick(one.title));
    const told = (properties, at) => L.popup().setLatLng(at).setContent(el("span", {}, [pick(one.title), properties.name, properties.class].filter(Boolean).join(" · "))).openOn(map);
    overlays[name.outerHTML] = L.layerGroup(one.tiles.map((url) => tileLayer(url, one, told)));
  }
  const control = L.control.layers({}, { ...more, ...overlays }, { collapsed: true }).addTo(map);
  const button = control.getContainer().querySelector(".leaflet-control-layers-toggle");
  button.title = t("图层开关", "Layers");
  button.setAttribute("aria-label", button.title);
  return control;
}
