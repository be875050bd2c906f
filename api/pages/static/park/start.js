// The beginning of a park: the boundary is confirmed, filled templates become drafts.
import { busy, call } from "../app.js";

const base = document.querySelector("[data-park]").dataset.park;
const confirm = document.getElementById("confirm");
document.addEventListener("extent", (event) => {
  if (confirm) document.getElementById("confirm-button").disabled = event.detail.waits === false;
});
confirm?.addEventListener("submit", (event) => {
  event.preventDefault();
  busy(event.submitter, async () => {
    const body = { name: document.getElementById("name").value, accuracy_m: Number(document.getElementById("accuracy").value) };
    location.assign((await call(`${base}/boundary/confirm`, { method: "POST", body })).data.next);
  });
});
document.getElementById("import")?.addEventListener("submit", (event) => {
  event.preventDefault();
  busy(event.submitter, async () => {
    const body = new FormData();
    [...document.getElementById("import-file").files].forEach((file) => body.append("file", file));
    try {
      location.assign((await call(`${base}/import`, { method: "POST", body })).data.next);
    } catch (error) {
      document.getElementById("refused").textContent = `${error.message}。${error.hint ?? ""}${error.problem?.where ? `（${error.problem.where}）` : ""}`;
    }
  });
});
