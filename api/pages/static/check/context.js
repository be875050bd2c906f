// Layers that may lie under the site: vector tiles, switched on by the user, remembered here.
import { el, t } from "../app.js";

const KEY = "lantu.check.layers";
const FROM = 13;
const NEAR = 15;
// Quiet tints for present land use by the first figures of its class: ground to see a place by.
const TINTS = { "01": "#f7f3d0", "02": "#f3e3e6", "03": "#d3e6cf", "04": "#e8ecd2", "05": "#f4dcd8", "06": "#e6dcd3", "07": "#f8e6cd", "08": "#f1dfec", "09": "#efe0e6", 10: "#ffffff", 11: "#d3e6f4", 12: "#eceadf" };

const remembered = () => {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
};

// Tiles are drawn at twice their size: a quarter of the requests, as sharp as before.
// From afar the service leaves small things out of a tile, so there they keep their size.
function tiles(url, options) {
  const common = { rendererFactory: L.canvas.tile, interactive: false, updateWhenZooming: false, updateWhenIdle: true, keepBuffer: 0, ...options };
  const far = L.vectorGrid.protobuf(url, { ...common, minZoom: options.pane === "ground" ? FROM - 1 : FROM, maxZoom: NEAR - 1 });
  const grid = L.vectorGrid.protobuf(url, { ...common, tileSize: 512, minZoom: NEAR, maxNativeZoom: 19, maxZoom: 21 });
  const fetched = grid._getVectorTilePromise;
  grid._getVectorTilePromise = function (coords, ...more) {
    return fetched.call(this, { x: coords.x, y: coords.y, z: coords.z - 1 }, ...more);
  };
  return [far, grid];
}

export function contextLayers(view, groups, element) {
  if (!groups.length) return;
  const all = groups.flatMap((group) => group.layers);
  const on = new Set(remembered() ?? all.filter((one) => one.ground).map((one) => one.key));
  const shown = new Map();
  view.map.createPane("ground").style.zIndex = 210;
  view.map.createPane("context").style.zIndex = 220;

  const style = (layer) => (properties) =>
    layer.ground
      ? { fill: true, stroke: false, fillColor: TINTS[String(properties.class ?? "").slice(0, 2)] ?? "#f1f3f4", fillOpacity: 1 }
      : layer.geometry === "polygon"
        ? { fill: true, fillColor: layer.fill, fillOpacity: 0.35, color: layer.ink, weight: 1.2, opacity: 0.8 }
        : { color: layer.ink, weight: layer.geometry === "line" ? 2 : 1, opacity: 0.85, fill: layer.geometry === "point", fillColor: layer.ink, fillOpacity: 0.8, radius: 4 };

  function set(layer, visible) {
    if (visible && !shown.has(layer.key)) {
      const parts = layer.tiles.flatMap((url) => tiles(url, { vectorTileLayerStyles: { [layer.key]: style(layer) }, pane: layer.ground ? "ground" : "context" }));
      shown.set(layer.key, L.layerGroup(parts).addTo(view.map));
    } else if (!visible && shown.has(layer.key)) {
      shown.get(layer.key).remove();
      shown.delete(layer.key);
    }
  }
  all.forEach((layer) => set(layer, on.has(layer.key)));

  const list = el(
    "div",
    { class: "layer-panel", id: "context-list", hidden: true },
    ...groups.map((group) =>
      el(
        "fieldset",
        {},
        el("legend", {}, group.title),
        ...group.layers.map((layer) =>
          el(
            "label",
            {},
            el("input", {
              type: "checkbox",
              ...(on.has(layer.key) ? { checked: true } : {}),
              onchange: (event) => {
                event.target.checked ? on.add(layer.key) : on.delete(layer.key);
                localStorage.setItem(KEY, JSON.stringify([...on]));
                set(layer, event.target.checked);
              },
            }),
            el("i", { class: `swatch ${layer.geometry}`, style: `--ink:${layer.ink};--fill:${layer.fill}` }),
            layer.title,
          ),
        ),
      ),
    ),
    el("p", { class: "hint", id: "context-far" }, t("放大地图后显示", "Zoom in to see them")),
  );
  const button = el("button", { type: "button", class: "small", "aria-expanded": "false", "aria-controls": "context-list", onclick: () => open(list.hidden) }, t("图层", "Layers"));
  const box = el("div", { class: "layer-box" }, button, list);
  box.addEventListener("keydown", (event) => event.key === "Escape" && (event.stopPropagation(), open(false), button.focus()));
  element.append(box);
  L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);

  function open(yes) {
    list.hidden = !yes;
    button.setAttribute("aria-expanded", String(yes));
  }
  const far = () => (list.querySelector("#context-far").hidden = view.map.getZoom() >= FROM);
  view.map.on("zoomend", far);
  far();
}
