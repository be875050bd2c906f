// Sites that come from the map: drawn by hand, or a published plot that is picked.
import { call, el, figure, pick, t, toast } from "../app.js";

const $ = (id) => document.getElementById(id);

/** Wire the buttons; `begin` takes a site as text. Returns how to stop picking. */
export function onTheMap(view, day, begin) {
  for (const [button, kind] of [["draw-polygon", "polygon"], ["draw-line", "line"]]) {
    $(button).addEventListener("click", async () => {
      stop();
      $("map").scrollIntoView({ block: "nearest" });
      const tools = { box: $("draw-tools"), hint: $("draw-hint"), undo: $("draw-undo"), done: $("draw-done"), cancel: $("draw-cancel") };
      const geometry = await view.draw(kind, tools);
      if (!geometry) return;
      const name = kind === "line" ? t("手绘线路", "drawn line") : t("手绘范围", "drawn area");
      const features = [{ type: "Feature", properties: { name }, geometry }];
      await begin({ text: JSON.stringify({ type: "FeatureCollection", features }), name });
    });
  }

  function stop() {
    $("pick-plot").setAttribute("aria-pressed", "false");
    view.pickPlots(null);
  }
  const take = (plot) => {
    $("intake-error").replaceChildren();
    return begin({ text: plot.text, name: plot.name });
  };

  $("pick-plot").addEventListener("click", () => {
    if ($("pick-plot").getAttribute("aria-pressed") === "true") return stop();
    $("pick-plot").setAttribute("aria-pressed", "true");
    toast(t("在地图上单击一个地块", "Click a plot on the map"));
    view.pickPlots(async (place) => {
      try {
        const { data } = await call(`/check/plots?lon=${place.lng}&lat=${place.lat}&day=${day()}`);
        stop();
        if (data.length > 1) offer(data);
        else await take(data[0]);
      } catch (error) {
        toast(error);
      }
    });
  });

  function offer(plots) {
    const show = (plot) => () => view.offerPlot(plot.shape);
    const rows = plots.map((plot) =>
      el(
        "li",
        {},
        el(
          "button",
          { type: "button", class: "plain", onmouseenter: show(plot), onfocus: show(plot), onclick: () => take(plot) },
          el("span", { class: "grow" }, plot.name, el("small", {}, pick(plot.title))),
          el("span", { class: "soft nowrap" }, `${figure(plot.area_m2)} m²`),
        ),
      ),
    );
    const asked = t(`此处有 ${plots.length} 个地块，选哪一个？`, `${plots.length} plots lie here: which one?`);
    $("intake-error").replaceChildren(el("p", { class: "soft" }, asked), el("ul", { class: "list" }, ...rows));
    $("intake-error").querySelector("button").focus();
  }
  return stop;
}
