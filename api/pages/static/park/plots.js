// Plots: list and map share the selection.
import { call, colour, el, toast } from "../app.js";
import { contextSwitches, makeMap } from "../map.js";
import { bounds, outline } from "./shapes.js";

const base = document.querySelector("[data-park]").dataset.park;
const rows = [...document.querySelectorAll("tr[data-plot]")];
const find = document.getElementById("find");
let layers = {};
const plain = { color: "#55606b", weight: 1, fillColor: "#b3d3e8", fillOpacity: 0.8 };
const chosen = { color: colour("--focus"), weight: 4, fillColor: "#f6d9ae", fillOpacity: 0.9 };

function choose(plot, scroll) {
  rows.forEach((row) => row.setAttribute("aria-selected", String(row.dataset.plot === plot)));
  Object.entries(layers).forEach(([name, layer]) => layer.setStyle(name === plot ? chosen : plain));
  layers[plot]?.bringToFront();
  if (scroll) rows.find((row) => row.dataset.plot === plot)?.scrollIntoView({ block: "nearest" });
  const address = new URL(location.href);
  address.searchParams.set("plot", plot);
  history.replaceState(null, "", address);
}
rows.forEach((row) => {
  row.addEventListener("click", (event) => event.target.closest("a,summary") || choose(row.dataset.plot, false));
  row.addEventListener("keydown", (event) => event.key === "Enter" && event.target === row && choose(row.dataset.plot, false));
});
find.addEventListener("input", () => {
  const words = find.value.trim().toLowerCase().split(/\s+/);
  rows.forEach((row) => (row.hidden = !words.every((word) => row.dataset.text.toLowerCase().includes(word))));
  document.getElementById("none").hidden = rows.some((row) => !row.hidden);
});
try {
  const { data } = await call(`${base}/map.json`);
  if (data.bbox) {
    const map = makeMap(document.getElementById("plot-map"), { bounds: bounds(data.bbox) });
    L.geoJSON(data.plots, {
      style: plain,
      onEachFeature: (feature, layer) => {
        layers[feature.properties.plot] = layer;
        layer.bindTooltip(el("span", {}, `${feature.properties.name} · ${feature.properties.ready}/${data.of}`), { sticky: true });
        layer.on("click", () => choose(feature.properties.plot, true));
      },
    }).addTo(map);
    L.geoJSON(data.outline, { style: outline, interactive: false }).addTo(map);
    contextSwitches(map).catch(toast);
    const asked = new URL(location.href).searchParams.get("plot");
    if (asked) choose(asked, true);
  }
} catch (error) {
  toast(error);
}
