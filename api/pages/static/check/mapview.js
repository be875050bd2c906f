// The map beside the panel: the workspace, the site, the pieces of findings; drawing and picking.
import { makeMap, pieceStyle, siteStyle } from "../map.js";
import { t } from "../app.js";

const FIT = { padding: [36, 36], maxZoom: 18.5 };
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const corners = ([west, south, east, north]) => [[south, west], [north, east]];

export function makeView(element, area) {
  const map = makeMap(element, { bounds: corners(area.bounds) });
  map.setMinZoom(5); // else the layers that begin later would hold the map there
  map.fitBounds(corners(area.bounds));
  L.geoJSON(area.shape, { interactive: false, style: { color: "#7c8a96", weight: 1.5, dashArray: "2 5", fill: false } }).addTo(map);
  const pieces = L.layerGroup().addTo(map);
  const sites = L.layerGroup().addTo(map);
  const byCode = new Map();
  let onPick = () => {};
  let plotHandler = null;
  let seen = corners(area.bounds); // what the map was last asked to show
  let width = element.clientWidth;
  new ResizeObserver(() => {
    map.invalidateSize({ pan: false });
    if (Math.abs(element.clientWidth - width) > 60) map.fitBounds(seen, { ...FIT, animate: false });
    width = element.clientWidth;
  }).observe(element);
  map.on("click", (event) => plotHandler?.(event.latlng));

  const fit = (bounds) => {
    if (!bounds) return;
    seen = bounds;
    if (still) map.fitBounds(bounds, FIT);
    else map.flyToBounds(bounds, { ...FIT, duration: 0.5 });
  };
  const clear = () => {
    sites.clearLayers();
    pieces.clearLayers();
    byCode.clear();
  };

  return {
    map,
    whole: () => fit(corners(area.bounds)),
    clear,
    onPick: (handler) => (onPick = handler),
    /** Sites as read: the chosen one strong, others thin. */
    showSites(preview, n) {
      clear();
      for (const one of preview.sites) {
        if (!one.shape) continue;
        const style = one.n === n ? siteStyle : { ...siteStyle, weight: 1.5, color: "#5b6770" };
        L.geoJSON(one.shape, { style, interactive: false }).addTo(sites);
      }
      if (preview.bounds) fit(corners(preview.bounds));
    },
    /** The site of a report and the pieces of its findings, the worst on top. */
    showResult(shapes, { move = true } = {}) {
      clear();
      const order = ["notice", "condition", "needs_assessment", "needs_approval", "prohibited"];
      for (const piece of [...shapes.pieces].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))) {
        const along = /Line/.test(piece.shape.type);
        const style = { ...pieceStyle(piece.severity, piece.state), weight: along ? 6 : 1.5 };
        const shown = L.geoJSON(piece.shape, {
          style: { ...style, fillOpacity: piece.state === "affected" ? 0.4 : 0.12 },
          pointToLayer: (_, place) => L.circleMarker(place, { radius: 6, ...style }),
        });
        shown.on("click", (event) => (L.DomEvent.stopPropagation(event), onPick(piece.code)));
        byCode.set(piece.code, { shown, style, state: piece.state });
        if (piece.state === "affected") shown.addTo(pieces);
      }
      const outline = L.geoJSON(shapes.site, { style: siteStyle, interactive: false }).addTo(sites);
      if (/Line/.test(shapes.site.type)) outline.bringToBack();
      if (move && shapes.bounds) fit(corners(shapes.bounds));
    },
    /** Bring one finding's pieces forward; none given: all as before. */
    highlight(code) {
      for (const [own, { shown, style, state }] of byCode) {
        const mine = own === code;
        if (mine && !pieces.hasLayer(shown)) shown.addTo(pieces);
        if (!mine && state !== "affected" && pieces.hasLayer(shown)) pieces.removeLayer(shown);
        shown.setStyle({ ...style, weight: style.weight + (mine ? 2.5 : 0), fillOpacity: mine ? 0.75 : code && byCode.has(code) ? 0.1 : 0.4, opacity: code && byCode.has(code) && !mine ? 0.35 : 1 });
        if (mine) shown.bringToFront();
      }
    },
    focus(code) {
      const found = byCode.get(code);
      if (found) fit(found.shown.getBounds());
    },
    /** Let the user draw; resolves with GeoJSON, or null when it is given up. */
    draw: (kind, tools) => draw(map, kind, tools),
    /** Call the handler with each place clicked until it is set to null. */
    pickPlots(handler) {
      plotHandler = handler;
      element.classList.toggle("picking", Boolean(handler));
    },
    offerPlot(shape) {
      sites.clearLayers();
      const shown = L.geoJSON(shape, { style: siteStyle, interactive: false }).addTo(sites);
      return shown;
    },
  };
}

function draw(map, kind, { box, hint, undo, done, cancel }) {
  const words = L.drawLocal.draw.handlers;
  words.polygon.tooltip = { start: t("单击第一个界址点", "Click the first corner"), cont: t("单击下一个界址点", "Click the next corner"), end: t("单击第一点，或按“完成”", "Click the first corner, or press Finish") };
  words.polyline.error = t("边界不能自相交", "The outline must not cross itself");
  words.polyline.tooltip = { start: t("单击起点", "Click the start"), cont: t("单击下一点", "Click the next point"), end: t("单击最后一点，或按“完成”", "Click the last point, or press Finish") };
  const options = { shapeOptions: { ...siteStyle, dashArray: null }, metric: true, feet: false, allowIntersection: kind === "line" };
  const handler = kind === "line" ? new L.Draw.Polyline(map, options) : new L.Draw.Polygon(map, options);
  const least = kind === "line" ? 2 : 3;
  return new Promise((resolve) => {
    let made = null;
    const watch = () => {
      const n = handler._markers?.length ?? 0;
      hint.textContent = n < least ? t(`已点 ${n} 点，至少 ${least} 点`, `${n} points, ${least} at least`) : t(`已点 ${n} 点`, `${n} points`);
      undo.disabled = n < 2;
      done.disabled = n < least;
    };
    const created = (event) => (made = event.layer.toGeoJSON().geometry);
    const finish = () => handler.completeShape();
    const back = () => (handler.deleteLastVertex(), watch());
    const stop = () => handler.disable();
    const key = (event) => event.key === "Escape" && stop();
    const ended = () => {
      map.off(L.Draw.Event.CREATED, created).off(L.Draw.Event.DRAWVERTEX, watch).off(L.Draw.Event.DRAWSTOP, ended);
      undo.removeEventListener("click", back);
      done.removeEventListener("click", finish);
      cancel.removeEventListener("click", stop);
      document.removeEventListener("keydown", key);
      box.hidden = true;
      setTimeout(() => resolve(made), 0);
    };
    map.on(L.Draw.Event.CREATED, created).on(L.Draw.Event.DRAWVERTEX, watch).on(L.Draw.Event.DRAWSTOP, ended);
    undo.addEventListener("click", back);
    done.addEventListener("click", finish);
    cancel.addEventListener("click", stop);
    document.addEventListener("keydown", key);
    box.hidden = false;
    handler.enable();
    watch();
  });
}
