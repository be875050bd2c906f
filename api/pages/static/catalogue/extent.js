// The extent of an assessment.
import { call, colour, toast } from "../app.js";
import { makeMap } from "../map.js";

const place = document.getElementById("extent");
try {
  const { data } = await call(place.dataset.source);
  const [west, south, east, north] = data.bbox;
  const map = makeMap(place, { bounds: [[south, west], [north, east]] });
  L.geoJSON(data, { style: { color: colour("--brand"), weight: 2, fillOpacity: 0.2 } }).addTo(map);
} catch (error) {
  toast(error);
}
