// Reports put aside to be compared; kept in this browser.
import { t, toast } from "../app.js";

const KEY = "lantu.compare";
const MOST = 6;

function held() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}
const store = (list) => localStorage.setItem(KEY, JSON.stringify(list));
export const address = (list = held()) => `/check/compare?${list.map((one) => `report=${encodeURIComponent(one.id)}`).join("&")}`;

/** Add a report, or take it out; the second one leads to the comparison. */
export function toggle(report) {
  let list = held();
  if (list.some((one) => one.id === report.id)) list = list.filter((one) => one.id !== report.id);
  else {
    list = [...list, { id: report.id, name: report.name }].slice(-MOST);
    toast(list.length > 1 ? t(`比选中有 ${list.length} 宗用地`, `${list.length} sites to compare`) : t("已加入比选；再检测一宗就能并排比较", "Added: check another site to compare them"));
  }
  store(list);
  mark(report);
  show();
}

/** Show on the result's foot whether this report is in, and the way to the comparison. */
export function mark(report) {
  const button = document.getElementById("add-compare");
  if (!button) return;
  const list = held();
  const inside = list.some((one) => one.id === report.id);
  button.setAttribute("aria-pressed", String(inside));
  button.textContent = inside ? t("已加入", "Added") : t("加入比选", "Compare");
  document.getElementById("to-compare")?.remove();
  if (inside && list.length > 1) {
    const link = document.createElement("a");
    link.id = "to-compare";
    link.className = "button";
    link.href = address(list);
    link.textContent = t(`去比选（${list.length}）`, `Open (${list.length})`);
    button.after(link);
  }
}

export function show() {
  const box = document.getElementById("compare-tray");
  if (!box) return;
  const list = held();
  box.hidden = list.length === 0;
  const link = box.querySelector("a");
  link.href = address(list);
  link.textContent = t(`比选 ${list.length} 宗：${list.map((one) => one.name).join("、")}`, `Compare ${list.length}: ${list.map((one) => one.name).join(", ")}`);
}
document.getElementById("compare-clear")?.addEventListener("click", () => {
  store([]);
  show();
});
