// The one big field: a file is dropped, coordinates are pasted, a name or code is typed.
import { call, el, t } from "../app.js";

const $ = (id) => document.getElementById(id);
const COORDINATES = /^\s*(SRID=|POLYGON|MULTI|LINESTRING|\{|<|\[属性描述\]|J?\d*[,\s;]*-?\d+(\.\d+)?[,\s\t;，]+-?\d+)/i;
const CRS_CHOICES = ["EPSG:4490", "EPSG:4547", "EPSG:4548", "EPSG:4549", "EPSG:4526", "EPSG:4527", "EPSG:4528", "EPSG:4326"];

export function intake({ readFiles, readText, openReport, openProject, retry }) {
  const field = $("site-input");
  const drop = $("drop");
  const list = $("found");
  const read = $("read-text");
  let options = [];
  let active = -1;
  let last;

  $("choose-file").addEventListener("click", () => $("site-file").click());
  $("site-file").addEventListener("change", (event) => {
    const files = [...event.target.files];
    event.target.value = "";
    if (files.length) readFiles(files);
  });
  for (const place of [drop, document.getElementById("map")]) {
    place.addEventListener("dragover", (event) => (event.preventDefault(), drop.classList.add("over")));
    place.addEventListener("dragleave", () => drop.classList.remove("over"));
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      if (event.dataTransfer.files.length) readFiles([...event.dataTransfer.files]);
      else if (event.dataTransfer.getData("text")) readText(event.dataTransfer.getData("text"));
    });
  }
  field.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) {
      event.preventDefault();
      return void readFiles(files);
    }
    setTimeout(() => COORDINATES.test(field.value) && readText(field.value), 0);
  });
  read.addEventListener("click", () => readText(field.value));
  field.addEventListener("input", () => {
    const looks = COORDINATES.test(field.value);
    read.hidden = !looks;
    if (looks || !field.value.trim()) return close();
    search(field.value.trim());
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!options.length) return;
      event.preventDefault();
      point((active + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length);
    } else if (event.key === "Escape") close();
    else if (event.key === "Enter" && !event.shiftKey && active >= 0) {
      event.preventDefault();
      options[active].take();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field.value.trim()) readText(field.value);
  });

  async function search(words) {
    last?.abort();
    last = new AbortController();
    try {
      const { data } = await call(`/check/find?q=${encodeURIComponent(words)}`, { signal: last.signal });
      options = [
        ...data.projects.map((one) => ({ label: one.name, more: `${t("项目", "project")} · ${one.code ?? one.number}`, take: () => (close(), openProject(one.number)) })),
        ...data.reports.map((one) => ({ label: one.name, more: `${t("检测", "check")} · ${one.as_of}`, lamp: one.colour, take: () => (close(), openReport(one.id)) })),
      ];
      show();
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }
  function show() {
    active = -1;
    list.replaceChildren(
      ...options.map((one, i) => el("li", { role: "option", id: `found-${i}`, "aria-selected": "false", onclick: one.take }, one.lamp && el("i", { class: `lamp mini ${one.lamp}` }), el("span", { class: "grow" }, one.label, el("small", {}, one.more)))),
      ...(options.length ? [] : [el("li", { class: "soft", role: "option", "aria-disabled": "true", "aria-selected": "false" }, t("没有找到同名的项目或检测", "No project or check of that name"))]),
    );
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
  }
  function point(to) {
    active = to;
    [...list.children].forEach((one, i) => one.setAttribute("aria-selected", String(i === to)));
    field.setAttribute("aria-activedescendant", `found-${to}`);
  }
  function close() {
    options = [];
    active = -1;
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  return {
    clear() {
      field.value = "";
      read.hidden = true;
      $("intake-error").replaceChildren();
      close();
    },
    /** Say what was refused, with the remedy at hand. */
    refuse(refusal, working) {
      const box = $("intake-error");
      const parts = [el("b", {}, refusal.message), el("br"), refusal.hint];
      const code = refusal.problem.code;
      if (code === "repair_needs_consent") parts.push(el("p", {}, el("button", { type: "button", class: "small", onclick: () => retry({ accept: true }) }, t("接受修复结果", "Accept the repair"))));
      else if (/crs|zone|axes|area|grid|ambiguous/.test(code ?? "")) {
        const input = el("input", { list: "crs-list", value: working, "aria-label": t("坐标系", "Coordinate system") });
        parts.push(
          el("p", { class: "row crs" }, input, el("button", { type: "button", class: "small primary", onclick: () => retry({ crs: input.value.trim() }) }, t("按此坐标系读取", "Read in this system"))),
          el("datalist", { id: "crs-list" }, ...[...new Set([working, ...CRS_CHOICES])].map((one) => el("option", { value: one }))),
        );
      }
      box.replaceChildren(el("div", { class: "note bad" }, ...parts));
    },
  };
}
