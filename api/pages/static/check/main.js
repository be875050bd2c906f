// 用地检测: from a site to its report. The address holds the report; the tab keeps what is not sent.
import { Refusal, busy, call, el, t, toast } from "../app.js";
import { fresh, formOf, keep, kept } from "./draft.js";
import { asking, giveOut, openHelp, pickingProject } from "./dialogs.js";
import { listen } from "./facts.js";
import { intake } from "./intake.js";
import { contextLayers } from "./context.js";
import { makeView } from "./mapview.js";
import { morph } from "./morph.js";
import { resultPanel } from "./result.js";
import { onTheMap } from "./ways.js";
import * as tray from "./tray.js";

const $ = (id) => document.getElementById(id);
const page = JSON.parse($("page-data").textContent);
const idle = $("idle");
const cards = $("cards");
const panel = $("result");
const day = $("as-of");
const working = $("check").dataset.crs;
const view = makeView($("map"), page.area);
contextLayers(view, page.layers, $("map").parentElement);
const issuing = () => document.querySelector("[name=kind]:checked")?.value === "issue";
const said = (text) => ($("said").textContent = text);

let draft = fresh();
let report = page.id ? { id: page.id, name: page.name, number: page.number, asOf: page.asOf } : null;
let last; // the preparation under way
let pending = {}; // facts of a project that has no red line yet, for the next site

// --- the three faces of the panel ---------------------------------------------------------------
function face(which) {
  for (const one of [idle, cards, panel]) one.hidden = one !== which;
  $("check").classList.remove("broad");
  $("panel").scrollTop = 0;
}

function showIdle({ push = true } = {}) {
  report = null;
  face(idle);
  view.clear();
  view.whole();
  document.title = t("用地检测 · 蓝图", "Check a site · Lantu");
  if (push && location.search) history.pushState(null, "", "/check");
  offerRestore();
  tray.show();
}

function offerRestore() {
  const before = kept();
  $("restore").hidden = !before;
  if (before) $("restore").firstElementChild.textContent = t(`上次的用地：${before.name}`, `Last site: ${before.name}`);
}

// --- reading a site -----------------------------------------------------------------------------
const field = intake({
  readFiles: (files) => begin({ files, name: files.map((file) => file.name).join(t("、", ", ")) }),
  readText: (text) => begin({ text, name: t("粘贴的坐标", "pasted coordinates") }),
  openReport: (id) => openReport(id),
  openProject: (number) => openProject(number),
  retry: (more) => begin({ ...draft, ...more }),
});

async function begin(what) {
  draft = { ...fresh(), ...pending, ...what };
  $("intake").setAttribute("aria-busy", "true");
  try {
    await prepare({ move: true });
    pending = {};
    field.clear();
    said(t("用地已读取，请核对场景和项目情况", "The site was read: look at scenario and facts"));
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof Refusal)) throw error;
    face(idle);
    field.refuse(error, working);
    ended(error);
  } finally {
    $("intake").removeAttribute("aria-busy");
  }
}

async function prepare({ move = false } = {}) {
  last?.abort();
  const mine = (last = new AbortController());
  cards.setAttribute("aria-busy", "true");
  try {
    const { data } = await call("/check/prepare", { method: "POST", body: formOf(draft, day.value), signal: mine.signal });
    draft.n = data.n;
    morph(cards, data.html);
    if (cards.hidden) face(cards);
    if (move) view.showSites(data.preview, data.n);
    draft.open = true;
    draft.name = data.preview.sites.find((one) => one.n === data.n)?.name || draft.name;
    await keep(draft);
  } finally {
    if (mine === last) cards.removeAttribute("aria-busy");
  }
}

const again = (options) => prepare(options).catch((error) => error.name === "AbortError" || (toast(error), ended(error)));

/** A session that ended: what was filled in stays in this tab. */
function ended(error) {
  if (error.status !== 401) return;
  keep(draft);
  toast(t("登录已失效。已填内容留在本页，重新登录后继续。", "Your session ended. What you filled in stays here: sign in and go on."), true);
  setTimeout(() => location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`), 2500);
}

// --- cards --------------------------------------------------------------------------------------
listen(cards, (key, value) => {
  if (value === null) delete draft.facts[key];
  else draft.facts[key] = value;
  again();
});
cards.addEventListener("change", (event) => {
  const { name, value, checked } = event.target;
  if (name === "n") again((draft.n = Number(value), { move: true }));
  else if (name === "merge") again((draft.merge = checked, draft.n = null, { move: true }));
  else if (name === "scenario") again((draft.scenario = value, {}));
});
cards.addEventListener("click", (event) => {
  const target = event.target.closest("button");
  if (!target) return;
  if (target.id === "clear-site") {
    draft.open = false;
    keep(draft).then(() => showIdle());
  } else if (target.id === "change-scenario") {
    const box = $("scenario-choice");
    box.hidden = !box.hidden;
    target.setAttribute("aria-expanded", String(!box.hidden));
    if (!box.hidden) $("scenario").focus();
  } else if (target.id === "facts-file") chooseFacts();
  else if (target.dataset.remedy === "accept_repair") again((draft.accept = true, { move: true }));
  else if (target.dataset.layers) listLayers(target);
  else if (target.id === "check-each") busy(target, () => checkEach(target.dataset.sites.split(" ").map(Number)));
});

/** Check every site of a file on its own and set them side by side. */
async function checkEach(numbers) {
  const bar = $("progress");
  bar.hidden = false;
  bar.max = numbers.length;
  const made = [];
  try {
    for (const n of numbers) {
      const { data } = await call("/check/run", { method: "POST", body: formOf({ ...draft, n }, day.value) });
      made.push({ id: data.id, name: data.name });
      bar.value = made.length;
      said(t(`已检测 ${made.length} 宗，共 ${numbers.length} 宗`, `${made.length} of ${numbers.length} checked`));
    }
    draft.open = false;
    await keep(draft);
    location.assign(tray.address(made));
  } catch (error) {
    ended(error);
    throw error;
  } finally {
    bar.hidden = true;
    bar.removeAttribute("value");
  }
}

function listLayers(button) {
  const list = $("layer-list");
  const opens = button.getAttribute("aria-expanded") !== "true";
  cards.querySelectorAll("[data-layers]").forEach((one) => one.setAttribute("aria-expanded", String(one === button && opens)));
  list.hidden = !opens;
  for (const row of list.children) row.hidden = button.dataset.layers !== "all" && row.dataset.state !== button.dataset.layers;
}

function chooseFacts() {
  const input = el("input", { type: "file", accept: ".yaml,.yml,.json" });
  input.addEventListener("change", async () => {
    const body = new FormData();
    body.append("facts", input.files[0]);
    try {
      const { data } = await call("/check/facts", { method: "POST", body });
      Object.assign(draft.facts, data.facts);
      toast(t(`已导入 ${Object.keys(data.facts).length} 项项目情况`, `${Object.keys(data.facts).length} facts taken over`));
      again();
    } catch (error) {
      toast(error);
    }
  });
  input.click();
}

cards.addEventListener("submit", (event) => {
  event.preventDefault();
  last?.abort(); // cards that come late must not cover the result
  busy($("start"), async () => {
    $("progress").hidden = false;
    try {
      const { data } = await call("/check/run", { method: "POST", body: formOf(draft, day.value, issuing()) });
      draft.open = false;
      await keep(draft);
      showReport(data);
    } catch (error) {
      ended(error);
      throw error;
    } finally {
      if ($("progress")) $("progress").hidden = true;
    }
  });
});

// --- result -------------------------------------------------------------------------------------
const result = resultPanel(panel, view, {
  said,
  async answered(answers) {
    const { data } = await call(`/check/result/${report.id}/again`, { method: "POST", body: { answers } });
    report = { id: data.id, name: data.name, number: data.number, asOf: data.as_of };
    history.replaceState(null, "", `/check?report=${data.id}`);
    result.update(data.html);
    view.showResult(data.shapes, { move: false });
    tray.mark(report);
  },
});
view.onPick((code) => (result.choose("findings"), result.open(code)));

function showReport(data, { push = true, move = true } = {}) {
  report = { id: data.id, name: data.name, number: data.number, asOf: data.as_of };
  face(panel);
  result.show(data.html);
  view.showResult(data.shapes, { move });
  document.title = `${data.name} · ${t("用地检测", "Check a site")}`;
  if (push) history.pushState(null, "", `/check?report=${data.id}`);
  day.value = data.as_of;
  dayColour();
  tray.mark(report);
  const lights = [...panel.querySelectorAll(".light strong")].map((one) => one.textContent);
  said(lights.join(t("；", "; ")));
  panel.querySelector("h2").tabIndex = -1;
  panel.querySelector("h2").focus({ preventScroll: true });
}

async function openReport(id, options) {
  try {
    const { data } = await call(`/check/result/${encodeURIComponent(id)}`);
    showReport(data, options);
  } catch (error) {
    toast(error);
    ended(error);
  }
}

const openGiveOut = giveOut(() => report, async () => {
  const { data } = await call(`/check/result/${report.id}/again`, { method: "POST", body: { issue: true } });
  showReport(data, { move: false });
});
const openAsk = asking(() => report, () => openReport(report.id, { push: false, move: false }));
const openPicker = pickingProject((number) => openProject(number));
panel.addEventListener("click", (event) => {
  const target = event.target.closest("button, a");
  if (!target) return;
  if (target.id === "give-out") openGiveOut();
  else if (target.id === "add-compare") tray.toggle(report);
  else if (target.dataset.ask !== undefined) openAsk(target);
  else if (target.id === "new-check") (event.preventDefault(), showIdle());
});

// --- other ways in ------------------------------------------------------------------------------
async function openProject(number) {
  try {
    const { data } = await call(`/check/project/${encodeURIComponent(number)}`);
    const facts = { ...data.facts, name: data.name, ...(data.code ? { code: data.code } : {}) };
    const known = { facts, projectCode: data.code ?? data.number };
    if (data.site) return await begin({ text: data.site.text, name: data.name, ...known });
    pending = known;
    toast(t(`项目“${data.name}”还没有红线：请拖入文件或画范围，项目情况已带入`, `${data.name} has no red line yet: drop a file or draw; its facts are taken over`));
  } catch (error) {
    toast(error);
  }
}
const stopPicking = onTheMap(view, () => day.value, begin);
$("pick-project").addEventListener("click", openPicker);
$("restore-button").addEventListener("click", () => {
  const before = kept();
  if (before) begin(before);
});
idle.addEventListener("click", (event) => {
  const link = event.target.closest("[data-report]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openReport(link.dataset.report);
});

// --- bar, keys, history -------------------------------------------------------------------------
function dayColour() {
  day.closest(".day").classList.toggle("other", day.value !== day.dataset.today);
}
day.addEventListener("change", () => {
  if (!day.value) day.value = day.dataset.today;
  dayColour();
  if (!cards.hidden) again();
  else if (report) toast(t("本报告按其基准日检测；新的检测将用新的基准日", "This report keeps its day; the next check takes the new one"));
});
$("help-button").addEventListener("click", openHelp);
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, dialog, [contenteditable]");
  if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
  const act = {
    "/": () => (panel.hidden && cards.hidden ? 0 : showIdle(), $("site-input").focus()),
    j: () => result.step(1),
    k: () => result.step(-1),
    p: () => window.print(),
    "?": openHelp,
    Escape: () => (stopPicking(), panel.querySelectorAll(".finding > details[open]").forEach((one) => (one.open = false)), view.highlight(null)),
  }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
addEventListener("popstate", () => {
  const id = new URLSearchParams(location.search).get("report");
  if (id) openReport(id, { push: false });
  else showIdle({ push: false });
});
addEventListener("beforeprint", () => panel.querySelectorAll(".finding.is-affected > details").forEach((one) => (one.dataset.was = one.open, one.open = true)));
addEventListener("afterprint", () => panel.querySelectorAll(".finding > details[data-was]").forEach((one) => (one.open = one.dataset.was === "true", delete one.dataset.was)));

// --- begin --------------------------------------------------------------------------------------
tray.show();
dayColour();
if (report) {
  view.showResult(page.shapes);
  tray.mark(report);
  day.value = page.asOf;
  dayColour();
  if (location.hash) result.open(decodeURIComponent(location.hash.slice(1)));
} else {
  const before = kept();
  if (before?.open) begin(before);
  else offerRestore();
}
