// The dialogs of the page: give out a report, ask a department, pick a project, help.
import { busy, call, el, t, toast } from "../app.js";

const $ = (id) => document.getElementById(id);
document.addEventListener("click", (event) => event.target.closest("[data-close]")?.closest("dialog")?.close());

export function openHelp() {
  $("help-dialog").showModal();
}

/** Give out a report: the links follow version and language; issuing gives it a number first. */
export function giveOut(current, issued) {
  const dialog = $("give-out-dialog");
  const offer = $("issue-offer");
  const refresh = async () => {
    const version = dialog.querySelector("[name=version]:checked").value;
    const { id } = current();
    for (const link of dialog.querySelectorAll("[data-format]")) link.href = `/api/v1/reports/${id}.${link.dataset.format}?version=${version}&lang=${$("give-lang").value}`;
    const { data } = await call(`/api/v1/reports/${id}/links?version=${version}`);
    for (const link of dialog.querySelectorAll("[data-format]")) link.hidden = !(link.dataset.format in data);
    if (offer) offer.hidden = Boolean(current().number);
  };
  dialog.addEventListener("change", () => refresh().catch(toast));
  $("issue-now")?.addEventListener("click", (event) =>
    busy(event.target, async () => {
      await issued();
      await refresh();
      toast(t(`已出具正式报告 ${current().number}`, `Issued as ${current().number}`));
    }),
  );
  return () => {
    dialog.showModal();
    refresh().catch(toast);
  };
}

/** Ask a department about a finding, or about the whole report. */
export function asking(current, sent) {
  const dialog = $("ask-dialog");
  const form = $("ask-form");
  let rule = "";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(event.submitter ?? form.querySelector(".primary"), async () => {
      const title = $("ask-about").textContent;
      const body = { department: $("ask-department").value.trim(), title, text: $("ask-text").value.trim(), rule: rule || null, due: $("ask-due").value || null };
      await call(`/check/result/${current().id}/ask`, { method: "POST", body });
      dialog.close();
      toast(t(`已发给 ${body.department}，答复会出现在“待我处理”`, `Sent to ${body.department}; the answer will appear among what waits for you`));
      sent(rule, body.department);
    });
  });
  return (button) => {
    rule = button.dataset.ask;
    $("ask-about").textContent = rule ? `${rule} ${button.dataset.askTitle}` : button.dataset.askTitle;
    $("ask-department").value = button.dataset.askAuthority;
    $("ask-text").value = "";
    dialog.showModal();
    $(button.dataset.askAuthority ? "ask-text" : "ask-department").focus();
  };
}

/** Pick a project: its facts and its newest red line. */
export function pickingProject(chosen) {
  const dialog = $("project-dialog");
  const field = $("project-search");
  const list = $("project-found");
  let last;
  const search = async () => {
    last?.abort();
    last = new AbortController();
    const words = field.value.trim();
    try {
      const { data } = words ? await call(`/check/find?q=${encodeURIComponent(words)}`, { signal: last.signal }) : { data: { projects: [] } };
      const rows = data.projects.map((one) =>
        el("li", {}, el("button", { type: "button", class: "plain", onclick: () => (dialog.close(), chosen(one.number)) }, el("span", { class: "grow" }, one.name, el("small", {}, [one.code ?? one.number, one.district].filter(Boolean).join(" · "))))),
      );
      const none = words ? t("没有找到；项目由调度或管理员登记", "None found; projects are entered by the scheduler or the administrator") : t("输入几个字开始查找", "Type to search");
      list.replaceChildren(...(rows.length ? rows : [el("li", { class: "soft" }, none)]));
    } catch (error) {
      if (error.name !== "AbortError") toast(error);
    }
  };
  field.addEventListener("input", search);
  return () => {
    dialog.showModal();
    field.focus();
    search();
  };
}
