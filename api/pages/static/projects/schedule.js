// The scheduler's desk: six numbers, a table and a map with one selection, a drawer with answers.
// Everything chosen stands in the address.
import { busy, call, colour, el, figure, pick, t, toast } from "../app.js";
import { contextSwitches, makeMap, siteStyle, tileLayer } from "../map.js";

const PAGE = 150;
const filter = document.getElementById("filter");
const drawer = document.getElementById("drawer");
const light = { red: t("红", "red"), amber: t("黄", "amber"), grey: t("灰", "grey"), green: t("绿", "green") };
let data = null;
let only = "all";
let chosen = null;
let shown = PAGE;
let own = JSON.parse(localStorage.getItem("lantu-columns") ?? "[]");
let map = null;
const marks = new Map();
let cluster = null;
let lineOf = null;

const lamp = (row) => (row.light ? el("span", { class: `lamp mini ${row.light}`, title: light[row.light] }) : el("span", { class: "soft", title: t("未检测", "not checked") }, "—"));
const stuck = (row) => row.obstacle?.authority || (row.light ? t("无", "nobody") : t("未检测", "not checked"));
const COLUMNS = [
  [t("灯", "Light"), (row) => [lamp(row), el("span", { class: "skip" }, light[row.light] ?? t("未检测", "not checked"))]],
  [t("项目 / 代码", "Project / code"), (row) => [el("b", {}, row.name), el("div", { class: "code soft" }, row.code ?? row.number)]],
  [t("区", "District"), (row) => row.district || "—"],
  [t("牵头单位", "Lead"), (row) => row.lead || "—"],
  [t("阶段", "Stage"), (row) => [row.stage || (row.phase === "active" ? t("实施", "under way") : t("储备", "reserve")), el("div", { class: row.days_late ? "late" : "soft days" }, row.days_used == null ? "" : t(`${row.days_used} / ${row.stage_days ?? "—"} 日`, `${row.days_used} / ${row.stage_days ?? "—"} d`))]],
  [t("最重阻碍", "Worst obstacle"), (row) => (row.obstacle ? [el("span", { class: `badge sev-${row.obstacle.severity}` }, pick(row.obstacle.what))] : "—")],
  [t("卡在谁", "Waiting for"), stuck],
  [t("自何日", "Since"), (row) => (row.reported_at ?? row.stage_since ?? "—").slice(0, 10)],
  [t("责任人", "In charge"), (row) => row.owner || "—"],
  [t("下一节点", "Next step"), (row) => [row.next_step || "—", el("div", { class: row.days_late && row.next_due < data.as_of ? "late" : "soft days" }, row.next_due ?? "")]],
];

function address() {
  const asked = new URLSearchParams([...new FormData(filter)].filter(([, value]) => value));
  if (only !== "all") asked.set("only", only);
  return asked;
}

async function load() {
  const asked = address();
  const kept = new URLSearchParams(asked);
  if (chosen) kept.set("project", chosen);
  history.replaceState(null, "", kept.size ? `?${kept}` : location.pathname);
  document.getElementById("sheet").href = `/api/v1/portfolio/sheet.xlsx?${asked}`;
  data = (await call(`/api/v1/portfolio?${asked}`)).data;
  choices("district", data.districts);
  choices("year", data.years);
  numbers();
  shown = PAGE;
  table();
  draw();
  tray();
  if (chosen) open(chosen, false);
}

function choices(name, values) {
  const field = filter[name];
  const value = field.value || new URLSearchParams(location.search).get(name) || "";
  const [first] = field.options;
  field.replaceChildren(first, ...values.map((one) => el("option", { value: one, selected: String(one) === value }, String(one))));
}

function numbers() {
  document.getElementById("numbers").replaceChildren(
    ...Object.entries(data.numbers).map(([key, count]) =>
      el("button", { class: "tile", type: "button", "aria-pressed": String(only === key), onclick: () => { only = only === key ? "all" : key; load().catch(toast); } }, el("b", {}, String(count)), el("span", {}, pick(data.filters[key])))),
  );
}

function table() {
  document.getElementById("heads").replaceChildren(...COLUMNS.map(([head]) => el("th", { scope: "col" }, head)), ...own.map((name) => el("th", { scope: "col" }, name)));
  document.getElementById("rows").replaceChildren(
    ...data.rows.slice(0, shown).map((row) =>
      el("tr", { "data-id": row.number, tabindex: 0, "aria-selected": String(row.number === chosen), onclick: () => open(row.number), onkeydown: (event) => event.key === "Enter" && open(row.number), onmouseenter: () => hover(row.number, true), onmouseleave: () => hover(row.number, false) },
        ...COLUMNS.map(([, cell]) => el("td", {}, cell(row))), ...own.map((name) => el("td", {}, String(row.columns[name] ?? "—"))))),
  );
  const narrowed = address().size > 0;
  document.getElementById("none").hidden = data.rows.length > 0 || narrowed;
  document.getElementById("nothing").hidden = data.rows.length > 0 || !narrowed;
  document.getElementById("more").hidden = data.rows.length <= shown;
  document.getElementById("shown").textContent = t(`${data.rows.length} 个项目 · ${data.as_of} · 工作日按周一至周五计，未扣法定节假日`, `${data.rows.length} projects · ${data.as_of} · working days are Monday to Friday, public holidays not taken off`);
}

function pin(row) {
  const fill = row.light ? colour(`--light-${row.light}`) : "#9aa5ae";
  return L.divIcon({ className: "", iconSize: [16, 16], html: `<div class="pin ${row.light ?? ""}${row.number === chosen ? " chosen" : ""}" style="background:${fill}"></div>` });
}

function draw() {
  if (!map) {
    const [west, south, east, north] = data.bbox;
    map = makeMap(document.getElementById("map"), { bounds: [[south, west], [north, east]] });
    L.geoJSON(data.area, { interactive: false, style: { color: "#8593a0", weight: 1.2, dashArray: "6 4", fillColor: "#ffffff", fillOpacity: 0.5 } }).addTo(map);
    const parks = tileLayer("/tiles/assessments/{z}/{x}/{y}.mvt", { ink: colour("--brand"), fill: colour("--brand-light") });
    contextSwitches(map, { [t("片区评估范围", "Assessed areas")]: parks }).catch(toast);
  }
  cluster?.remove();
  marks.clear();
  cluster = L.markerClusterGroup({ showCoverageOnHover: false, maxClusterRadius: 36, iconCreateFunction: (group) => L.divIcon({ className: "", iconSize: [34, 34], html: `<div class="cluster">${group.getChildCount()}</div>` }) });
  const rows = new Map(data.rows.map((row) => [row.number, row]));
  for (const feature of data.map.features) {
    const row = rows.get(feature.properties.number);
    const shape = L.geoJSON(feature.geometry, { pointToLayer: (_, at) => L.circleMarker(at, { radius: 1, opacity: 0, fillOpacity: 0 }) });
    const mark = L.marker(shape.getBounds().getCenter(), { icon: pin(row), title: row.name, alt: row.name, keyboard: true });
    mark.on("click", () => open(row.number));
    marks.set(row.number, { mark, shape, row, point: feature.geometry.type === "Point" });
    cluster.addLayer(mark);
  }
  map.addLayer(cluster);
  if (marks.size) map.fitBounds(L.featureGroup([...marks.values()].map((one) => one.shape)).getBounds().pad(0.2), { maxZoom: 15 });
}

function hover(number, on) {
  const one = marks.get(number);
  const icon = one?.mark.getElement()?.firstElementChild;
  if (icon) icon.classList.toggle("chosen", on || number === chosen);
}

function tray() {
  const without = data.rows.filter((row) => !marks.has(row.number));
  document.getElementById("tray").hidden = !without.length;
  document.getElementById("tray-count").textContent = `(${without.length})`;
  document.getElementById("tray-list").replaceChildren(...without.slice(0, PAGE).map((row) => el("li", {}, el("button", { class: "plain small", onclick: () => open(row.number) }, lamp(row), ` ${row.name}`))));
}

function select(number) {
  chosen = number;
  for (const row of document.querySelectorAll("#rows tr")) row.setAttribute("aria-selected", String(row.dataset.id === number));
  for (const one of marks.values()) one.mark.setIcon(pin(one.row));
  lineOf?.remove();
  const one = marks.get(number);
  if (one && !one.point) lineOf = L.geoJSON(one.shape.toGeoJSON(), { style: siteStyle }).addTo(map);
  if (one) map.fitBounds(one.shape.getBounds().pad(1.2), { maxZoom: 16 });
  const asked = address();
  if (number) asked.set("project", number);
  history.replaceState(null, "", asked.size ? `?${asked}` : location.pathname);
}

async function open(number, focus = true) {
  const row = data.rows.find((one) => one.number === number);
  if (!row) return;
  select(number);
  drawer.replaceChildren(...told(row));
  drawer.hidden = false;
  if (focus) drawer.focus();
  try {
    const path = `/api/v1/projects/${encodeURIComponent(number)}`;
    const report = row.report ? (await call(`/api/v1/reports/${row.report}`)).data : null;
    const lines = (await call(`${path}/sites`)).data.items;
    if (chosen === number) drawer.append(...more(row, report, lines));
  } catch (error) {
    toast(error);
  }
}

function close() {
  const before = chosen;
  drawer.hidden = true;
  select(null);
  document.querySelector(`#rows tr[data-id="${CSS.escape(before ?? "")}"]`)?.focus();
}

function told(row) {
  const changed = row.changed_layers.length ? t(`${row.changed_layers.length} 个图层已更新`, `${row.changed_layers.length} layers changed`) : row.light ? t("检测后无变动", "nothing since") : "—";
  const answers = [
    [t("卡在哪", "Stuck at"), row.obstacle ? pick(row.obstacle.what) : row.light ? t("无阻碍", "nothing") : t("未检测", "not checked")],
    [t("多久", "How long"), row.days_late ? t(`超期 ${row.days_late} 个工作日`, `${row.days_late} working days late`) : row.days_used == null ? "—" : t(`${row.days_used} 个工作日`, `${row.days_used} working days`)],
    [t("找谁", "Whom"), stuck(row)],
    [t("何时", "When"), row.next_due ?? "—"],
    [t("变了什么", "What changed"), changed],
  ];
  const share = row.days_used != null && row.stage_days ? Math.min(100, (100 * row.days_used) / row.stage_days) : 0;
  return [
    el("button", { class: "close small", onclick: close, "aria-label": t("关闭", "Close") }, "✕"),
    el("h2", { id: "drawer-title" }, lamp(row), ` ${row.name}`),
    el("p", { class: "soft" }, `${row.code ?? row.number} · ${row.district || "—"} · ${row.lead || "—"}`),
    el("dl", { class: "answers" }, answers.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
    el("h3", {}, `${t("阶段", "Stage")}：${row.stage || "—"}`),
    el("div", { class: `stage${row.days_late ? " over" : ""}`, role: "img", "aria-label": `${row.days_used ?? 0} / ${row.stage_days ?? "—"}` }, el("i", { style: `width:${share}%` })),
    el("p", { class: "soft small-text" }, row.stage_days ? t(`已用 ${row.days_used ?? 0} / 时限 ${row.stage_days} 个工作日`, `${row.days_used ?? 0} of ${row.stage_days} working days`) : t("未登记时限", "no time limit entered")),
    row.changed_layers.length ? el("p", { class: "note warn" }, t("检测所依据的数据已更新，请重新检测：", "Data it rests on have changed, check again: "), row.changed_layers.join("、")) : null,
    el("p", { class: "row" }, el("a", { class: "button small", href: `/projects/${encodeURIComponent(row.number)}` }, t("项目页", "Project")), el("a", { class: "button small", href: `/check?project=${encodeURIComponent(row.number)}` }, t("重新检测", "Check again")), row.report ? el("a", { class: "button small", href: `/check?report=${row.report}` }, t("打开报告", "Report")) : null),
  ].filter(Boolean);
}

function more(row, report, lines) {
  const parts = [];
  if (report) {
    parts.push(el("h3", {}, `${t("问题", "Problems")} ${report.problems.length}`));
    const names = new Map(report.services.map((one) => [one.item, one.name]));
    const todo = (one) => (one.todo && typeof one.todo === "object" ? pick(one.todo) : pick(names.get(one.todo)) || "");
    parts.push(
      report.problems.length
        ? el("ul", { class: "problems" }, report.problems.slice(0, 12).map((one) => el("li", { style: `border-color:var(--sev-${one.severity})` }, pick(one.what), el("div", { class: "soft small-text" }, [one.authority, todo(one)].filter(Boolean).join(" · ")))))
        : el("p", { class: "soft" }, t("没有", "none")),
    );
    if (report.problems.length > 12) parts.push(el("p", {}, el("a", { href: `/check?report=${row.report}` }, t(`另有 ${report.problems.length - 12} 个，见报告`, `${report.problems.length - 12} more in the report`))));
    const shared = report.inheritance.filter((one) => one.outcome === "shared").length;
    if (report.inheritance.length) parts.push(el("h3", {}, t("区域评估", "Area assessments")), el("p", {}, t(`${report.inheritance.length} 项中 ${shared} 项可共享`, `${shared} of ${report.inheritance.length} can be shared`)));
  }
  parts.push(el("h3", {}, `${t("红线", "Red lines")} ${lines.length}`));
  parts.push(lines.length ? el("ul", {}, lines.map((one) => el("li", {}, `${one.no} · ${pick(one.title)} · ${figure(one.area_m2)} m² · ${one.surveyed_on ?? one.created_at.slice(0, 10)}`))) : el("p", { class: "soft" }, t("还没有红线", "none yet")));
  return parts;
}

document.getElementById("columns").addEventListener("click", () => {
  const names = [...new Set(data.rows.flatMap((row) => Object.keys(row.columns)))].sort();
  const box = el("dialog", { "aria-label": t("加列", "Columns") }, el("h2", {}, t("显示本单位的列", "Show own columns")),
    names.length ? names.map((name) => el("p", {}, el("label", { class: "inline" }, el("input", { type: "checkbox", value: name, checked: own.includes(name) }), name))) : el("p", { class: "soft" }, t("导入的清单没有其他列", "The lists imported have no other columns")),
    el("p", {}, el("button", { class: "primary", onclick: () => { own = [...box.querySelectorAll("input:checked")].map((one) => one.value); localStorage.setItem("lantu-columns", JSON.stringify(own)); box.close(); box.remove(); table(); } }, t("完成", "Done"))));
  document.body.append(box);
  box.showModal();
});
document.getElementById("more").addEventListener("click", () => { shown += PAGE; table(); });
document.getElementById("print").addEventListener("click", () => print());
document.getElementById("clear").addEventListener("click", () => { filter.reset(); only = "all"; load().catch(toast); });
let wait;
filter.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(() => load().catch(toast), 220); });
filter.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("keydown", (event) => {
  if (/input|textarea|select/i.test(event.target.tagName) || !data) return;
  const step = { j: 1, k: -1 }[event.key];
  if (step) {
    const index = data.rows.findIndex((row) => row.number === chosen);
    const next = data.rows[Math.max(0, Math.min(data.rows.length - 1, index + step))];
    if (next) open(next.number, false).then(() => document.querySelector(`#rows tr[data-id="${CSS.escape(next.number)}"]`)?.scrollIntoView({ block: "nearest" }));
  } else if (event.key === "Escape" && !drawer.hidden) close();
  else if (event.key === "/") { event.preventDefault(); filter.q.focus(); }
  else if (event.key === "p") print();
});

const start = new URLSearchParams(location.search);
only = start.get("only") ?? "all";
chosen = start.get("project");
if (start.get("q")) filter.q.value = start.get("q");
filter.key_project.checked = start.get("key_project") === "true";
for (const name of ["district", "year"]) if (start.get(name)) filter[name].append(el("option", { value: start.get(name), selected: true }, start.get(name)));
load().catch(toast);
