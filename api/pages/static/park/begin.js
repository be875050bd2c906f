// Begin a draft: of a kind, or as a new version of a result.
import { busy, call } from "../app.js";

const base = document.querySelector("[data-park]").dataset.park;
const begin = (button, path, body) =>
  busy(button, async () => {
    const { data } = await call(path, { method: "POST", body });
    location.assign(data.next);
  });
document.querySelectorAll("[data-new]").forEach((button) => button.addEventListener("click", () => begin(button, `${base}/drafts`, { kind: button.dataset.new })));
document.querySelectorAll("[data-revise]").forEach((button) => button.addEventListener("click", () => begin(button, button.dataset.revise, { edit: false })));
