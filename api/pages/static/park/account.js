// The account of totals: reserve, make firm, release; each with its reason.
import { busy, call, el, t, toast } from "../app.js";

const WORDS = {
  reserve: [t("预留总量", "Reserve totals"), t("预留后可确认占用，也可释放。", "It can be made firm, or released.")],
  commit: [t("确认占用", "Make firm"), t("项目落实，预留转为占用。", "The project is certain: what was reserved is now held.")],
  release: [t("释放总量", "Release totals"), t("项目占用和预留的总量全部归还。", "All that the project holds is given back.")],
};
document.querySelectorAll("[data-book]").forEach((button) => button.addEventListener("click", () => open(button.closest("[data-account]"), button.dataset.book, button.dataset.project)));

function open(account, act, project) {
  const [title, what] = WORDS[act];
  const why = el("textarea", { id: "why", rows: 2, required: true, maxlength: 2000 });
  const said = el("p", { class: "field-error", role: "alert" });
  const name = el("input", { id: "project", required: true, maxlength: 200, value: project ?? "", readonly: Boolean(project) });
  const totals = act === "reserve" ? [...account.querySelectorAll("[data-total]")] : [];
  const amounts = totals.map((total, n) => el("input", { id: `amount-${n}`, inputmode: "decimal", required: true, "data-name": total.dataset.total }));
  const dialog = el("dialog", { class: "act", "aria-labelledby": "book-title" }, el("h2", { id: "book-title" }, title), el("p", { class: "soft" }, account.dataset.name), el("p", {}, what),
    el("form", {}, el("label", { for: "project" }, t("项目统一代码", "Code of the project")), name,
      totals.flatMap((total, n) => [el("label", { for: `amount-${n}` }, `${total.dataset.total} ${total.dataset.unit}`), amounts[n], el("span", { class: "hint" }, `${t("余", "left")} ${total.dataset.left}`)]),
      el("label", { for: "why" }, t("事由", "Why")), why, said,
      el("p", { class: "row" }, el("button", { class: act === "release" ? "danger" : "primary", type: "submit" }, t("确认", "Confirm")), el("button", { type: "button", onclick: () => dialog.close() }, t("取消", "Cancel")))));
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const body = { project: name.value, why: why.value, amounts: Object.fromEntries(amounts.map((input) => [input.dataset.name, input.value.trim()])) };
    busy(event.submitter, async () => {
      try {
        await call(`${account.dataset.account}/${act}`, { method: "POST", body });
        toast(t("已记入台账", "It is in the account"));
        location.reload();
      } catch (error) {
        said.textContent = `${error.message}。${error.hint ?? ""}`;
      }
    });
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  (project ? why : name).focus();
}
