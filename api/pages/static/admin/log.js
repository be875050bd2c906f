// Where an edition answers for absence, and where it lost something.
import { call, colour, el, pick, toast } from "../app.js";
import { makeMap } from "../map.js";

const place = document.getElementById("issues");
try {
  const { data } = await call(place.dataset.source);
  const [west, south, east, north] = data.bbox;
  const map = makeMap(place, { bounds: [[south, west], [north, east]] });
  L.geoJSON(data, {
    style: ({ properties }) =>
      properties.kind === "coverage" ? { color: colour("--brand"), weight: 1, fillOpacity: 0.12 } : { color: colour("--sev-prohibited"), weight: 2, fillOpacity: 0.5 },
    onEachFeature: ({ properties }, layer) => properties.kind === "lost" && layer.bindTooltip(el("span", {}, `${properties.no ?? "?"} ${pick(properties)}`)),
  }).addTo(map);
} catch (error) {
  toast(error);
}
