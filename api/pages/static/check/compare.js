// Where the compared sites lie, each in the colour of its light.
import { lampStyle, makeMap } from "../map.js";

const data = document.getElementById("compare-data");
if (data) {
  const sites = JSON.parse(data.textContent);
  const boxes = sites.map((one) => one.bounds).filter(Boolean);
  const bounds = [
    [Math.min(...boxes.map((b) => b[1])), Math.min(...boxes.map((b) => b[0]))],
    [Math.max(...boxes.map((b) => b[3])), Math.max(...boxes.map((b) => b[2]))],
  ];
  const map = makeMap(document.getElementById("map"), {});
  map.fitBounds(bounds, { padding: [30, 30], maxZoom: 18 });
  for (const one of sites) {
    const shape = L.geoJSON(one.site, { style: { ...lampStyle(one.colour), weight: 3, fillOpacity: 0.35 } }).addTo(map);
    shape.bindTooltip(String(one.no), { permanent: true, direction: "top", className: "site-no" });
    shape.on("click", () => location.assign(`/check?report=${one.id}`));
  }
}
document.getElementById("print")?.addEventListener("click", () => window.print());
