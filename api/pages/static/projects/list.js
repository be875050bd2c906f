// Projects: found, added; the filter stays in the address.
import { busy, call, el, t, toast } from "../app.js";

const filter = document.getElementById("filter");
const body = document.querySelector("#table tbody");
const more = document.getElementById("more");
let next = null;
let asked = 0;

for (const [name, value] of new URLSearchParams(location.search)) {
  if (filter[name]?.type === "checkbox") filter[name].checked = value === "true";
  else if (filter[name]) filter[name].value = value;
}

async function load(after) {
  const words = new URLSearchParams([...new FormData(filter)].filter(([, value]) => value));
  history.replaceState(null, "", words.size ? `?${words}` : location.pathname);
  const narrowed = words.size > 0;
  if (after) words.set("after", after);
  const turn = ++asked;
  const { data } = await call(`/api/v1/projects?${words}`);
  if (turn !== asked) return;
  if (!after) body.replaceChildren();
  body.append(...data.items.map(row));
  next = data.next;
  more.hidden = !next;
  const empty = !body.children.length;
  document.getElementById("table").hidden = empty;
  document.getElementById("none").hidden = !empty || narrowed;
  document.getElementById("nothing").hidden = !empty || !narrowed;
  document.getElementById("count").textContent = `${body.children.length}${next ? "+" : ""}`;
}

function row(one) {
  const href = `/projects/${encodeURIComponent(one.number)}`;
  return el("tr", { "data-href": href },
    el("td", {}, el("a", { href }, one.name), one.key_project ? el("span", { class: "badge mark-stale", style: "margin-left:6px" }, t("重点", "key")) : null),
    el("td", { class: "code" }, one.code ?? one.number), el("td", {}, one.district || "—"), el("td", { class: "wide-only" }, one.lead || "—"),
    el("td", {}, one.stage || (one.phase === "active" ? t("实施", "under way") : t("储备", "in reserve"))), el("td", { class: "wide-only nowrap" }, one.changed_at.slice(0, 10)));
}

let wait;
filter.addEventListener("input", () => {
  clearTimeout(wait);
  wait = setTimeout(() => load().catch(toast), 200);
});
filter.addEventListener("submit", (event) => event.preventDefault());
more.addEventListener("click", () => busy(more, () => load(next)));

const dialog = document.getElementById("new");
if (dialog) {
  const form = document.getElementById("new-form");
  document.getElementById("add").addEventListener("click", () => {
    form.reset();
    document.getElementById("refused").textContent = "";
    dialog.showModal();
  });
  document.getElementById("cancel").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
    if (said.year) said.year = Number(said.year);
    busy(event.submitter, async () => {
      try {
        const { data } = await call("/api/v1/projects", { method: "POST", body: said });
        location.assign(`/projects/${encodeURIComponent(data.number)}`);
      } catch (error) {
        document.getElementById("refused").textContent = `${error.message}。${error.hint ?? ""}`;
      }
    });
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/input|textarea|select/i.test(event.target.tagName)) {
    event.preventDefault();
    document.getElementById("find").focus();
  }
});
load().catch(toast);
