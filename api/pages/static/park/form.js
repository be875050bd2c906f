// The fields of a step: lists, tables, what applies; kept on the way to another step.
import { busy, call, el, pick, t, toast } from "../app.js";

const root = document.querySelector("[data-draft]");
const it = root.dataset.draft;
const base = document.querySelector("[data-park]").dataset.park;
let changed = false;

// --- lists and tables
const split = (text) => text.split(/[、,，;；\n]+/).map((word) => word.trim()).filter(Boolean);
const wordOf = (input, key) => [...(input.list?.options ?? [])].find((option) => option.value === key)?.textContent || key;
function addWords(field) {
  const input = field.querySelector("[data-word-input]");
  const chips = field.querySelector(".chips");
  for (const word of split(input.value)) {
    const held = [...chips.children].some((chip) => chip.dataset.word === word);
    if (!held) chips.append(el("span", { class: "chip", "data-word": word }, wordOf(input, word), el("button", { type: "button", "data-cut": true, "aria-label": `${t("删去", "Remove")} ${word}` }, "✕")));
  }
  input.value = "";
  changed = true;
}
function addRow(field) {
  const body = field.querySelector("tbody");
  body.append(field.querySelector("template").content.cloneNode(true));
  body.lastElementChild.querySelector("input,select,textarea")?.focus();
  changed = true;
}
root.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const field = event.target.closest("[data-field]");
  if (!button || !field) return;
  if (button.hasAttribute("data-add")) field.dataset.kind === "rows" ? addRow(field) : addWords(field);
  if (button.hasAttribute("data-cut")) {
    button.closest("tr,.chip").remove();
    changed = true;
  }
  if (button.hasAttribute("data-drop-when")) button.closest(".when").querySelector("[data-when]").remove();
});
root.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("[data-word-input]")) return;
  event.preventDefault();
  addWords(event.target.closest("[data-field]"));
});
root.addEventListener("change", (event) => {
  changed = true;
  if (!event.target.matches("[data-tri]")) return;
  const field = event.target.closest("[data-field]");
  field.querySelector("[data-body]").hidden = event.target.value !== "list";
  if (event.target.value === "list" && field.dataset.kind === "rows" && !field.querySelector("tbody tr")) addRow(field);
});
root.addEventListener("input", () => (changed = true));

// --- reading
function when(cell) {
  const parts = Object.fromEntries([...cell.querySelectorAll("[data-when]")].map((input) => [input.dataset.when, input.value.trim()]));
  if (parts.keep) return { keep: JSON.parse(parts.keep) };
  return parts.fact ? parts : null;
}
function row(line) {
  const found = {};
  line.querySelectorAll("[data-key]").forEach((part) => (found[part.dataset.key] = part.dataset.key === "when" ? when(part) : part.value.trim() || null));
  return found;
}
function read(field) {
  const kind = field.dataset.kind;
  if (kind !== "rows" && kind !== "words") return field.querySelector("[data-key]").value.trim() || null;
  const tri = field.querySelector("[data-tri]")?.value ?? "list";
  if (tri !== "list") return tri === "none" ? [] : null;
  if (kind === "words") {
    if (field.querySelector("[data-word-input]").value.trim()) addWords(field);
    const words = [...field.querySelectorAll(".chip")].map((chip) => chip.dataset.word);
    return words.length ? words : null;
  }
  const rows = [...field.querySelectorAll("tbody tr")].map(row);
  return rows.length ? rows : null;
}
const values = () => Object.fromEntries([...document.querySelectorAll("#step [data-field]")].map((field) => [field.dataset.field, read(field)]));

// --- keeping
function tell(problems) {
  document.querySelectorAll("#step [data-field]").forEach((field) => {
    const name = field.dataset.field;
    const mine = Object.entries(problems).filter(([path]) => path === name || path.startsWith(`${name}.`));
    field.querySelector(":scope > [data-error]").textContent = mine.map(([path, text]) => (path === name ? "" : `${t("第", "row ")}${Number(path.slice(name.length + 1).split(".")[0]) + 1 || ""}${t("行：", ": ")}`) + pick(text)).join("；");
    field.querySelectorAll("[data-key]").forEach((input) => input.toggleAttribute && (mine.length ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid")));
  });
  const first = document.querySelector("#step [aria-invalid=true]");
  first?.focus();
  return Object.keys(problems).length;
}
async function keep() {
  const { data } = await call(`${it}/${root.dataset.step}`, { method: "POST", body: { values: values(), version: Number(root.dataset.version) } });
  root.dataset.version = data.version;
  changed = false;
  document.getElementById("kept").textContent = t("已保存", "kept");
  return data.problems;
}
const step = document.getElementById("step");
if (step) {
  step.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(event.submitter, async () => {
      const problems = await keep();
      if (tell(problems)) return toast(t("有几处须更正，已标出", "Some fields are to be mended: they are marked"), true);
      const number = Number(root.dataset.step);
      location.assign(number === 5 ? `${it}/check/all` : `${it}/${number + 1}`);
    });
  });
  document.getElementById("keep").addEventListener("click", (event) => busy(event.target, async () => (tell(await keep()) ? toast(t("草稿已保存；标出的地方须更正", "Kept; what is marked is to be mended")) : toast(t("草稿已保存", "The draft is kept")))));
  document.getElementById("drop").addEventListener("click", () => {
    const dialog = el("dialog", { "aria-labelledby": "drop-title" }, el("h2", { id: "drop-title" }, t("删除这份草稿？", "Remove this draft?")), el("p", {}, t("删除后不能恢复。", "It cannot be brought back.")),
      el("p", { class: "row" }, el("button", { class: "danger", onclick: (event) => busy(event.target, async () => location.assign((await call(`${it}/remove/now`, { method: "POST" })).data.next)) }, t("删除", "Remove")), el("button", { onclick: () => dialog.close() }, t("取消", "Cancel"))));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  });
  document.querySelectorAll("[data-leave]").forEach((link) =>
    link.addEventListener("click", (event) => {
      if (!changed) return;
      event.preventDefault();
      keep().then(() => location.assign(link.href)).catch(toast);
    })
  );
}

// --- documents
const box = document.getElementById("documents");
if (box) {
  const show = (data) => {
    root.dataset.version = data.version;
    box.querySelector(".files").replaceChildren(...data.documents.map((item, n) =>
      el("li", {}, item.sha256 ? el("a", { href: `${it}/documents/${n}`, download: true }, item.name) : item.name, " ", el("span", { class: item.sha256 ? "code soft" : "soft" }, item.sha256 ? item.sha256.slice(0, 12) : t("仅登记名称", "named only")), " ",
        el("button", { type: "button", class: "small plain", "data-remove": n, "aria-label": `${t("移除", "Remove")} ${item.name}` }, "✕"))));
  };
  const file = document.getElementById("document-file");
  file.addEventListener("change", () => busy(file, async () => {
    const body = new FormData();
    [...file.files].forEach((one) => body.append("file", one));
    show((await call(`${it}/documents/add`, { method: "POST", body })).data);
    file.value = "";
  }));
  const change = (button, body) => busy(button, async () => show((await call(`${it}/documents/change`, { method: "POST", body })).data));
  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove]");
    if (button) change(button, { remove: Number(button.dataset.remove) });
  });
  const name = document.getElementById("document-name");
  document.getElementById("document-add").addEventListener("click", (event) => name.value.trim() && change(event.target, { name: name.value.trim() }).then(() => (name.value = "")));
}

// --- sending
document.getElementById("send")?.addEventListener("submit", (event) => {
  event.preventDefault();
  busy(event.submitter, async () => {
    const field = document.querySelector("[data-field=departments]");
    const departments = read(field) ?? [];
    field.querySelector("[data-error]").textContent = departments.length ? "" : t("请至少选择一个部门", "Choose one at least");
    if (!departments.length) return field.querySelector("input").focus();
    const body = { departments, due: document.getElementById("due").value || null, note: document.getElementById("note").value };
    location.assign((await call(`${it}/send/now`, { method: "POST", body })).data.next);
  });
});
window.addEventListener("beforeunload", (event) => changed && step && event.preventDefault());
