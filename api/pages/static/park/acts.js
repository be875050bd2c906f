// The acts on a result: whom it touches is shown first, then why is asked, then it is done.
import { busy, call, el, pick, t } from "../app.js";

const WORDS = {
  publish: [t("公布成果", "Publish the result"), t("公布后项目可以共享；同一成果先前公布的版本随之被取代。", "Projects may share it from then on; an earlier published version is superseded.")],
  suspend: [t("暂停使用", "Suspend the result"), t("暂停后新的检测不再共享，可随时恢复。", "New checks do not share it; the suspension can be ended at any time.")],
  withdraw: [t("撤回成果", "Withdraw the result"), t("撤回后不能恢复，只能发布新版本。", "This cannot be undone: only a new version can follow.")],
  revise: [t("修订为新版本", "Revise as a new version"), t("新版本公布前，现行版本照常使用；公布后取代它。", "The version in force stays until the new one is published, and is superseded then.")],
  record: [t("登记情况变化", "Record a change"), t("灾害、规划调整、区域限批等；共享判定会据此提示或暂缓。", "A disaster, a change of plan, a restriction: decisions on sharing take note of it.")],
};

/** Bind the buttons of a result that stands in `root`. */
export function bindActs(root) {
  const article = root.querySelector("[data-result]");
  if (!article) return;
  article.querySelectorAll("[data-act]").forEach((button) => button.addEventListener("click", () => busy(button, () => open(article, button.dataset.act))));
  article.querySelectorAll("[data-revise]").forEach((button) =>
    button.addEventListener("click", () =>
      busy(button, async () => {
        if (button.dataset.revise === "new") return open(article, "revise");
        location.assign((await call(`${article.dataset.result}/revise`, { method: "POST", body: { edit: true } })).data.next);
      })
    )
  );
}

/** Show whom an act on a result touches, ask why, and do it. */
export async function open(article, act) {
  const { data } = await call(`${article.dataset.result}/touched.json`);
  const [title, what] = WORDS[act];
  const n = data.projects.length;
  const fields = act === "record" ? eventFields() : [];
  const why = el("textarea", { name: "why", rows: 3, required: true, maxlength: 2000, id: "act-why" });
  const go = el("button", { class: act === "withdraw" ? "danger" : "primary", type: "submit" }, act === "revise" ? t("开始修订", "Begin") : `${t("确认", "Confirm: ")}${title}`);
  const dialog = el("dialog", { "aria-labelledby": "act-title", class: "act" },
    el("h2", { id: "act-title" }, title), el("p", { class: "soft" }, article.dataset.name), el("p", {}, what),
    el("p", { class: n ? "note warn" : "note", id: "touched" }, t(`影响 ${n} 个项目`, `${n} projects are affected`)),
    n ? projectList(data.projects) : null,
    el("form", { method: "dialog" }, ...fields, el("label", { for: "act-why" }, t("事由（写入记录）", "Why (kept on record)")), why,
      el("p", { class: "row" }, go, el("button", { type: "button", onclick: () => dialog.close() }, t("取消", "Cancel")))));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    if (act === "revise") {
      const begun = await busy(go, () => call(`${article.dataset.result}/revise`, { method: "POST", body: { why: form.get("why") } }));
      if (begun) location.assign(begun.data.next);
      return;
    }
    const body = { why: form.get("why"), seen: n };
    if (act === "record") Object.assign(body, { type: form.get("type"), day: form.get("date"), place: form.get("place") || null });
    const done = await busy(go, () => call(`${article.dataset.result}/acts/${act}`, { method: "POST", body }));
    if (done) location.reload();
  });
  document.body.append(dialog);
  dialog.showModal();
  (fields[1] ?? why).focus();
}

const projectList = (projects) =>
  el("ul", { class: "touched", tabindex: 0 }, projects.map((item) =>
    el("li", {}, el("b", {}, item.name || item.project), " ", item.name ? el("span", { class: "code soft" }, item.project) : null, " ", item.ways.map(pick).join("、"))));

function eventFields() {
  const kinds = [t("地质灾害", "landslide"), t("规划重大调整", "change_of_plan"), "area_restriction", t("环境质量变化", "environment")];
  return [
    el("label", { for: "act-type" }, t("类型", "What it was")), el("input", { id: "act-type", name: "type", required: true, list: "act-types", maxlength: 200 }),
    el("datalist", { id: "act-types" }, kinds.map((kind) => el("option", { value: kind }, kind === "area_restriction" ? t("区域限批", "area restriction") : kind))),
    el("label", { for: "act-date" }, t("日期", "Day")), el("input", { id: "act-date", name: "date", type: "date", required: true }),
    el("label", { for: "act-place" }, t("地点", "Place")), el("input", { id: "act-place", name: "place", maxlength: 400 }),
  ];
}
