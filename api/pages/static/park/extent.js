// The extent of a draft, or the boundary of a park: taken, uploaded or drawn; shown at once.
import { busy, call, colour, el, figure, pick, t, toast } from "../app.js";
import { contextSwitches, makeMap } from "../map.js";

const box = document.getElementById("extent-box");
const source = box.dataset.source;
const place = document.getElementById("extent-map");
const said = document.getElementById("extent-said");
const root = document.querySelector("[data-draft]");
const bounds = ([west, south, east, north]) => [[south, west], [north, east]];
const map = makeMap(place, box.dataset.bbox ? { bounds: bounds(JSON.parse(box.dataset.bbox)) } : {});
const shown = L.layerGroup().addTo(map);
contextSwitches(map).catch(toast);
const drawing = new L.Draw.Polygon(map, { shapeOptions: { color: colour("--brand"), weight: 3 }, showArea: false, allowIntersection: false });
L.drawLocal.draw.handlers.polygon.tooltip = { start: t("点击开始绘制", "Click to start"), cont: t("点击添加顶点", "Click to go on"), end: t("点击第一个点结束", "Click the first point to end") };
L.drawLocal.draw.handlers.polyline.error = t("边线不能相交", "Edges must not cross");

function show(data) {
  shown.clearLayers();
  if (data.outline) L.geoJSON(data.outline, { style: { color: "#111", weight: 2.5, fill: false, dashArray: "8 4" }, interactive: false }).addTo(shown);
  L.geoJSON(data.extent, { style: { color: colour("--brand"), weight: 3, fillOpacity: 0.2 }, interactive: false }).addTo(shown);
  map.fitBounds(bounds(data.bbox), { padding: [14, 14] });
  if (root && data.version) root.dataset.version = data.version;
  const pairs = [[t("面积", "Area"), `${figure(data.area_m2)} m²（${figure(data.area_m2 / 10000, 4)} ${t("公顷", "ha")}）`], [t("来源", "From"), data.source]];
  if (data.cover != null) pairs.push([t("覆盖园区", "Covers"), `${(data.cover * 100).toFixed(2)}%`]);
  said.replaceChildren(
    el("dl", { class: "pairs" }, pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    data.outside_m2 > 0.01 ? el("p", { class: "note bad" }, t(`有 ${figure(data.outside_m2)} m² 在园区边界以外`, `${figure(data.outside_m2)} m² lie outside the park`)) : "",
    ...data.repairs.map((item) => el("p", { class: "note warn" }, t(`范围经修复（${item.reason}）：${figure(item.before_m2)} → ${figure(item.after_m2)} m²`, `Repaired (${item.reason}): ${figure(item.before_m2)} → ${figure(item.after_m2)} m²`))),
    ...data.notes.map((note) => el("p", { class: "note" }, pick(note)))
  );
  document.dispatchEvent(new CustomEvent("extent", { detail: data }));
}
function refused(error) {
  said.replaceChildren(el("p", { class: "note bad", role: "alert" }, `${error.message}。${error.hint ?? ""}`));
}
function mark(chosen) {
  box.querySelectorAll("[data-take]").forEach((button) => button.classList.toggle("primary", button === chosen));
}
async function take(button, path, body) {
  await busy(button, async () => {
    try {
      show((await call(`${source}/${path}`, { method: "POST", body })).data);
      mark(button);
    } catch (error) {
      refused(error);
    }
  });
}
box.querySelector("[data-take=boundary]")?.addEventListener("click", (event) => take(event.target, "boundary"));
const file = document.getElementById("extent-file");
file.addEventListener("change", () => {
  if (!file.files.length) return;
  const body = new FormData();
  [...file.files].forEach((one) => body.append("file", one));
  body.append("accept_repair", String(document.getElementById("accept-repair")?.checked ?? false));
  take(file, "file", body).then(() => (file.value = ""));
});
const draw = box.querySelector("[data-take=draw]");
draw.addEventListener("click", () => {
  drawing.enable();
  place.scrollIntoView({ block: "center" });
  toast(t("在地图上依次点击顶点，点第一个点结束；Esc 取消", "Click the corners in turn, the first one again to end; Esc gives up"));
});
document.addEventListener("keydown", (event) => event.key === "Escape" && drawing.disable());
map.on(L.Draw.Event.CREATED, (event) => take(draw, "drawn", { geometry: event.layer.toGeoJSON().geometry, clip: document.getElementById("clip")?.checked ?? false }));
try {
  const { data } = await call(`${source}/shape.json`);
  if (data.extent) show(data);
  else if (data.fact) said.replaceChildren(el("p", { class: "hint" }, `${pick(data.fact)}。${pick(data.hint)}`));
} catch (error) {
  toast(error);
}
if (file.files.length) file.dispatchEvent(new Event("change")); // chosen before this script was there
