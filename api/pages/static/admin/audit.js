// The log of every act, page by page; the filter stays in the address.
import { busy, call, el, toast } from "../app.js";

const form = document.getElementById("filter");
const body = document.querySelector("#acts tbody");
const more = document.getElementById("more");
let next = null;

async function load(before) {
  const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  history.replaceState(null, "", `?${asked}`);
  asked.set("limit", "100");
  if (before) asked.set("before", before);
  const { data } = await call(`/api/v1/audit?${asked}`);
  if (!before) body.replaceChildren();
  body.append(
    ...data.items.map((row) =>
      el("tr", {}, el("td", { class: "number" }, row.seq), el("td", { class: "nowrap" }, row.at.slice(0, 19).replace("T", " ")), el("td", {}, row.who), el("td", { class: "code" }, row.act), el("td", {}, row.subject),
        el("td", { class: "code" }, Object.entries(row.detail ?? {}).map(([key, value]) => `${key}=${typeof value === "object" ? JSON.stringify(value) : value}`).join(" ")), el("td", { class: "code", title: row.hash }, row.hash.slice(0, 8))),
    ),
  );
  next = data.next;
  more.hidden = !next;
  document.getElementById("nothing").hidden = body.children.length > 0;
}

for (const [name, value] of new URLSearchParams(location.search)) if (form[name]) form[name].value = value;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  load().catch(toast);
});
form.addEventListener("reset", () => setTimeout(() => load().catch(toast)));
more.addEventListener("click", () => busy(more, () => load(next)));
load().catch(toast);
