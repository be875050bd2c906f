// The board of a park: filters, the drawer, the map; and whatever park page has a map or acts.
import { busy, call, colour, el, figure, t, toast } from "../app.js";
import { contextSwitches, makeMap } from "../map.js";
import { bindActs } from "./acts.js";
import { bounds as box, drawExtents, outline } from "./shapes.js";

const root = document.querySelector("[data-park]");
const base = root?.dataset.park;

document.getElementById("choose-park")?.addEventListener("change", (event) => location.assign(event.target.value));

// --- filters of the four numbers
const table = document.getElementById("kinds");
function filter(name) {
  const pressed = document.querySelector(`[data-filter=${name}]`)?.getAttribute("aria-pressed") === "true";
  const chosen = name && !pressed ? name : "";
  document.querySelectorAll("[data-filter]").forEach((tile) => tile.setAttribute("aria-pressed", String(tile.dataset.filter === chosen)));
  let shown = 0;
  for (const row of table.tBodies[0].rows) {
    row.hidden = Boolean(chosen) && row.dataset[chosen] !== "True";
    shown += row.hidden ? 0 : 1;
  }
  document.getElementById("none").hidden = shown > 0;
  if (chosen === "todo") document.getElementById("todos")?.setAttribute("open", "");
  const address = new URL(location.href);
  chosen ? address.searchParams.set("show", chosen) : address.searchParams.delete("show");
  history.replaceState(null, "", address);
}
if (table) {
  document.querySelectorAll("[data-filter]").forEach((tile) => tile.addEventListener("click", () => filter(tile.dataset.filter)));
  document.getElementById("all").addEventListener("click", () => filter(""));
  const asked = new URL(location.href).searchParams.get("show");
  if (asked && document.querySelector(`[data-filter="${CSS.escape(asked)}"]`)) filter(asked);
}

// --- drawer
const drawer = document.getElementById("drawer");
let opener = null;
async function openDrawer(path, from) {
  const [address, part] = path.split("#");
  const { data } = await call(`${address}?fragment=true`, { headers: { Accept: "text/html" } });
  const body = document.getElementById("drawer-body");
  body.replaceChildren(document.createRange().createContextualFragment(data));
  drawer.hidden = false;
  opener = from ?? opener;
  document.querySelectorAll("tr[data-open]").forEach((row) => row.setAttribute("aria-selected", String(row.dataset.open === address)));
  bindActs(body);
  drawExtents(body);
  drawer.focus();
  if (part) document.getElementById(part)?.scrollIntoView();
  else drawer.scrollTop = 0;
}
function closeDrawer() {
  drawer.hidden = true;
  document.querySelectorAll("tr[aria-selected=true]").forEach((row) => row.setAttribute("aria-selected", "false"));
  opener?.focus();
}
if (drawer) {
  drawer.querySelector(".close").addEventListener("click", closeDrawer);
  document.addEventListener("keydown", (event) => event.key === "Escape" && !drawer.hidden && !document.querySelector("dialog[open]") && closeDrawer());
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.open, #kinds a[href*='#users'], .todos a[href*='/results/']");
    const row = event.target.closest("tr[data-open]");
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link) {
      event.preventDefault();
      openDrawer(link.getAttribute("href"), link).catch(toast);
    } else if (row && !event.target.closest("a,button")) {
      openDrawer(row.dataset.open, row.querySelector("a.open")).catch(toast);
      chooseKind(row.dataset.kind);
    }
  });
}
bindActs(document);
drawExtents(document);

// --- map of the park
const place = document.getElementById("map");
let map, plots, kindLayer, known;
const LIGHT = [220, 235, 245], DARK = [18, 74, 115];
/** The more kinds a plot can share, the darker: squared, so that the last kinds can be told apart. */
const shade = (share) => (share === 0 ? "#f4f4f4" : `rgb(${LIGHT.map((light, n) => Math.round(light + (DARK[n] - light) * share ** 2)).join(",")})`);

async function drawMap() {
  const { data } = await call(`${base}/map.json`);
  known = data;
  if (!data.bbox) {
    place.replaceChildren(el("p", { class: "empty" }, t("还没有园区边界", "There is no boundary yet"), el("br"), el("a", { href: `${base}/boundary` }, t("给出园区边界", "Give the boundary"))));
    document.getElementById("map-kind").disabled = true;
    return;
  }
  map = makeMap(place, { bounds: box(data.bbox) });
  plots = L.geoJSON(data.plots, {
    style: plotStyle(),
    onEachFeature: (feature, layer) => {
      const { name, plot, ready } = feature.properties;
      if (data.plots.length > 80) layer.bindTooltip(el("span", {}, `${name} · ${t("可共享", "shares")} ${ready}/${data.of}`), { sticky: true });
      if (data.plots.length <= 80) layer.bindTooltip(`${ready}/${data.of}`, { permanent: true, direction: "center", className: "plot-label" });
      layer.on("click", () => location.assign(`${base}/plots?plot=${encodeURIComponent(plot)}`));
    },
  }).addTo(map);
  L.geoJSON(data.outline, { style: outline, interactive: false }).addTo(map);
  legend();
  contextSwitches(map).catch(toast);
}
const plotStyle = (kind) => (feature) => {
  const { ready, kinds } = feature.properties;
  const fillColor = kind ? (kinds.includes(kind) ? "#7db4d8" : "#f4f4f4") : shade(known.of ? ready / known.of : 0);
  return { color: "#55606b", weight: 0.8, fillColor, fillOpacity: 0.9 };
};
async function showKind(kind) {
  kindLayer?.remove();
  plots.setStyle(plotStyle(kind));
  place.classList.toggle("by-kind", Boolean(kind));
  if (!kind) return legend();
  const { data } = await call(`${base}/kinds/${encodeURIComponent(kind)}.json`);
  kindLayer = L.layerGroup().addTo(map);
  if (data.holes) L.geoJSON(data.holes, { style: { color: colour("--sev-prohibited"), weight: 1.5, dashArray: "5 4", fillColor: colour("--sev-prohibited-fill"), fillOpacity: 0.6 }, interactive: false }).addTo(kindLayer);
  if (data.extent) L.geoJSON(data.extent, { style: { color: colour("--brand"), weight: 3, fill: false }, interactive: false }).addTo(kindLayer);
  legend(kind, data);
}
function legend(kind, data) {
  const swatch = (fill, words, border = "#55606b") => el("span", { class: "key" }, el("i", { style: `background:${fill};border-color:${border}` }), words);
  const parts = kind
    ? [swatch("#7db4d8", t("可共享的地块", "plots that share it")), swatch("#f4f4f4", t("尚不能共享", "not yet")), swatch("transparent", t("评估范围", "extent"), colour("--brand")),
       data.holes ? swatch(colour("--sev-prohibited-fill"), t(`未覆盖 ${figure(data.hole_m2)} m²`, `not covered ${figure(data.hole_m2)} m²`), colour("--sev-prohibited")) : t("全部覆盖", "all covered")]
    : [0, 0.25, 0.5, 0.75, 1].map((share) => swatch(shade(share), String(Math.round(share * known.of)))).concat(known.plots.length ? t(`/ ${known.of} 项`, `/ ${known.of} kinds`) : t("没有地块数据（控制性详细规划）", "no plots: the detailed plan is missing"));
  document.getElementById("legend").replaceChildren(...parts);
}
const chooser = document.getElementById("map-kind");
function chooseKind(kind) {
  if (!chooser || ![...chooser.options].some((option) => option.value === kind)) return;
  chooser.value = kind;
  if (plots) showKind(kind).catch(toast);
}
if (place && base) {
  drawMap().then(() => chooser.value && plots && showKind(chooser.value)).catch(toast);
  chooser.addEventListener("change", () => busy(chooser, () => showKind(chooser.value)));
}
