// An office's list in three steps: file, columns, differences. Nothing is written before the last.
import { busy, call, el, pick, t, toast } from "../app.js";

const words = JSON.parse(document.getElementById("field-words").textContent);
const steps = { file: "step-file", columns: "step-columns", differences: "step-differences" };
const form = document.getElementById("look");
let held = null;

function show(name) {
  Object.entries(steps).forEach(([key, id], index) => {
    document.getElementById(id).hidden = key !== name;
    document.getElementById(`s${index + 1}`).toggleAttribute("aria-current", key === name);
  });
}

function packed(columns) {
  const data = new FormData();
  data.set("file", form.file.files[0]);
  data.set("map", form.map.value || "default");
  if (columns) data.set("columns", JSON.stringify(columns));
  return data;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  busy(event.submitter, async () => {
    const { data } = await call("/api/v1/imports/look", { method: "POST", body: packed() });
    const options = (chosen) => Object.entries(data.meanings).map(([key, text]) => el("option", { value: key, selected: key === chosen }, pick(text)));
    document.querySelector("#columns tbody").replaceChildren(
      ...Object.entries(data.columns).map(([column, meaning]) =>
        el("tr", {}, el("th", { scope: "row" }, column), el("td", {}, el("select", { "data-column": column, "aria-label": column }, options(meaning))),
          el("td", { class: "soft" }, data.sample.map((row) => row[column]).filter(Boolean).slice(0, 3).join(" · ") || "—")),
      ),
    );
    document.getElementById("rows").textContent = t(`${data.rows} 行`, `${data.rows} rows`);
    document.getElementById("kept").hidden = !data.kept;
    show("columns");
  });
});

document.getElementById("back").addEventListener("click", () => show("file"));
document.getElementById("compare").addEventListener("click", (event) =>
  busy(event.target, async () => {
    const columns = Object.fromEntries([...document.querySelectorAll("[data-column]")].map((one) => [one.dataset.column, one.value]));
    held = (await call("/api/v1/imports", { method: "POST", body: packed(columns) })).data;
    differences();
    show("differences");
  }),
);

const acts = { add: t("新增", "add"), change: t("修改", "change"), same: t("一致", "same"), refused: t("无法读取", "refused"), missing: t("清单中没有", "not in the list") };
const named = (name) => {
  const [head, rest] = name.split(/\.(.+)/);
  return rest ?? pick(words[head]) ?? head;
};
const said = (value) => (value === null || value === "" || value === undefined ? t("（空）", "(empty)") : value === true ? t("是", "yes") : value === false ? t("否", "no") : typeof value === "object" ? JSON.stringify(value) : String(value));

function change(row) {
  if (row.act === "refused") return [el("span", { class: "field-error" }, `${row.error.where ?? ""} ${row.error.fact}。${pick(row.error.hint)}`)];
  const parts = Object.keys(row.after ?? {}).filter((name) => row.act === "change" || !["facts", "columns", "place"].includes(name)).map((name) =>
    el("div", {}, `${named(name)}：`, row.act === "change" ? el("del", { class: "soft" }, said(row.before[name])) : null, row.act === "change" ? " → " : null, said(row.after[name])));
  if (row.wkb) parts.push(el("div", {}, t("红线：新的一版", "red line: a new version")));
  return parts;
}

function differences() {
  document.getElementById("sums").replaceChildren(...Object.entries(held.summary).map(([act, count]) => el("div", { class: "tile" }, el("b", {}, String(count)), el("span", {}, acts[act]))));
  const rows = held.differences.filter((row) => row.act !== "same");
  document.querySelector("#differences tbody").replaceChildren(
    ...rows.map((row) => {
      const able = row.act === "add" || row.act === "change";
      return el("tr", {}, el("td", {}, able ? el("input", { type: "checkbox", checked: true, value: row.no, "aria-label": row.name ?? row.no }) : null), el("td", {}, row.row ?? "—"), el("td", {}, row.name ?? "—", row.number ? el("span", { class: "code soft" }, ` ${row.number}`) : null), el("td", { class: "nowrap" }, acts[row.act]), el("td", {}, change(row)));
    }),
  );
  document.getElementById("no-differences").hidden = boxes().length > 0;
  count();
}

const boxes = () => [...document.querySelectorAll("#differences tbody input")];
const chosen = () => boxes().filter((box) => box.checked).map((box) => Number(box.value));
function count() {
  document.getElementById("chosen").textContent = `(${chosen().length})`;
  document.getElementById("confirm").disabled = !chosen().length;
}
document.querySelector("#differences").addEventListener("change", count);
document.getElementById("all").addEventListener("change", (event) => {
  boxes().forEach((box) => (box.checked = event.target.checked));
  count();
});
document.getElementById("confirm").addEventListener("click", (event) =>
  busy(event.target, async () => {
    const { data } = await call(`/api/v1/imports/${held.id}/confirm`, { method: "POST", body: { chosen: chosen() } });
    toast(t(`新增 ${data.added}，修改 ${data.changed}`, `${data.added} added, ${data.changed} changed`));
    setTimeout(() => location.assign("/projects"), 900);
  }),
);
document.getElementById("drop-import").addEventListener("click", (event) =>
  busy(event.target, async () => {
    await call(`/api/v1/imports/${held.id}`, { method: "DELETE" });
    held = null;
    show("file");
  }),
);

const drop = document.getElementById("drop");
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  form.file.files = event.dataTransfer.files;
  form.requestSubmit();
});
