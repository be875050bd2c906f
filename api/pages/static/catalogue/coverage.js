// Where a layer answers for absence, over the workspace's area.
import { call, colour, el, toast } from "../app.js";
import { makeMap } from "../map.js";

const place = document.getElementById("coverage");
try {
  const { data } = await call(place.dataset.source);
  const [west, south, east, north] = data.bbox;
  const map = makeMap(place, { bounds: [[south, west], [north, east]] });
  L.geoJSON(data, {
    style: (feature) =>
      feature.properties.kind === "workspace"
        ? { color: "#55606b", weight: 1.5, dashArray: "6 4", fill: false }
        : { color: colour("--brand"), weight: 1.5, fillOpacity: 0.25 },
    onEachFeature: (feature, layer) => feature.properties.edition && layer.bindTooltip(el("span", {}, feature.properties.edition)),
  }).addTo(map);
} catch (error) {
  toast(error);
}
