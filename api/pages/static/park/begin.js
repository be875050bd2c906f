// Begin a draft: of a kind, or as a new version of a result.
import { busy, call } from "../app.js";
import { open } from "./acts.js";

const base = document.querySelector("[data-park]").dataset.park;
const begin = (button, path, body) =>
  busy(button, async () => {
    const { data } = await call(path, { method: "POST", body });
    location.assign(data.next);
  });
document.querySelectorAll("[data-new]").forEach((button) => button.addEventListener("click", () => begin(button, `${base}/drafts`, { kind: button.dataset.new })));
document.querySelectorAll("[data-revise]").forEach((button) => button.addEventListener("click", () => busy(button, () => open({ dataset: { result: button.dataset.revise, name: button.dataset.name } }, "revise"))));
