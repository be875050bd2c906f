// One item of the inbox: its extent, its answer, and taking the answer back.
import { busy, call, el, t, toast } from "../app.js";
import { drawExtents } from "../park/shapes.js";

const task = document.querySelector("[data-task]").dataset.task;
drawExtents(document);
document.getElementById("print").addEventListener("click", () => window.print());

const form = document.getElementById("answer");
const papers = [];
if (form) {
  const file = document.getElementById("paper-file");
  file.addEventListener("change", () => busy(file, async () => {
    const body = new FormData();
    [...file.files].forEach((one) => body.append("file", one));
    papers.push(...(await call(`${task}/papers`, { method: "POST", body })).data.papers);
    form.querySelector(".files").replaceChildren(...papers.map((paper) => el("li", {}, paper.name)));
    file.value = "";
  }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = new FormData(form);
    const body = { outcome: said.get("outcome"), text: said.get("text") ?? "", document: said.get("document") ?? "", papers };
    if (said.get("document") && said.get("day")) body.day = said.get("day");
    busy(event.submitter, async () => {
      try {
        await call(`${task}/answer`, { method: "POST", body });
        location.reload();
      } catch (error) {
        document.getElementById("refused").textContent = `${error.message}。${error.hint ?? ""}`;
        document.getElementById(error.problem?.where)?.focus();
      }
    });
  });
}
document.getElementById("take-back")?.addEventListener("click", () => {
  const why = el("textarea", { id: "why", rows: 3, required: true, maxlength: 2000 });
  const dialog = el("dialog", { class: "act", "aria-labelledby": "back-title" }, el("h2", { id: "back-title" }, t("撤回答复", "Take the answer back")),
    el("p", {}, t("原答复保留在记录中，事项恢复为待办。已采信的成果将失去本部门的采信。", "The answer stays on record and the item is open again; an acknowledgement no longer counts.")),
    el("form", {}, el("label", { for: "why" }, t("理由", "Why")), why, el("p", { class: "row" }, el("button", { class: "danger", type: "submit" }, t("撤回", "Take back")), el("button", { type: "button", onclick: () => dialog.close() }, t("取消", "Cancel")))));
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    busy(event.submitter, async () => {
      await call(`${task}/take-back`, { method: "POST", body: { why: why.value } });
      location.reload();
    });
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
});
if (!form && !document.getElementById("take-back")) toast(t("该事项已结束", "This item has ended"));
