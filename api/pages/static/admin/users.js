// People: add, bind, reset, close.
import { busy, call, el, pick, t, toast } from "../app.js";

const words = JSON.parse(document.getElementById("role-words").textContent);
const body = document.querySelector("#users tbody");
const dialog = document.getElementById("edit");
const form = document.getElementById("user-form");
const refused = document.getElementById("user-refused");
let people = [];
let one = null;

const bound = (user) => [...user.parks, user.department, user.district].filter(Boolean).join("、");
const state = (user) => (!user.active ? t("已停用", "closed") : user.paused ? t("暂停登录", "paused") : user.must_change ? t("待改密码", "to change password") : t("正常", "active"));

async function load() {
  people = (await call("/api/v1/users")).data.items;
  show();
}

function show() {
  const find = document.getElementById("find").value.trim().toLowerCase();
  const rows = people.filter((user) => `${user.name} ${user.login} ${pick(words[user.role])} ${bound(user)}`.toLowerCase().includes(find));
  body.replaceChildren(
    ...rows.map((user) =>
      el("tr", { "data-id": user.id, tabindex: 0, onclick: () => open(user), onkeydown: (e) => e.key === "Enter" && open(user) },
        el("td", {}, user.name || "—"), el("td", { class: "code" }, user.login), el("td", {}, pick(words[user.role])), el("td", {}, bound(user) || "—"),
        el("td", {}, user.confidential ? t("可查看", "yes") : "—"), el("td", {}, state(user))),
    ),
  );
}

function open(user) {
  one = user;
  refused.textContent = "";
  form.reset();
  for (const name of ["login", "name", "role", "department", "district"]) form[name].value = user?.[name] ?? (name === "role" ? "planner" : "");
  form.parks.value = user?.parks.join(",") ?? "";
  form.confidential.checked = user?.confidential ?? false;
  form.login.disabled = Boolean(user);
  document.getElementById("existing").hidden = !user;
  document.getElementById("stop").textContent = user?.active === false ? t("恢复", "Open again") : t("停用", "Close the account");
  fit();
  dialog.showModal();
}

const fit = () => form.querySelectorAll("[data-role]").forEach((part) => (part.hidden = part.dataset.role !== form.role.value));
form.role.addEventListener("change", fit);

function tell(password) {
  if (!password) return;
  document.getElementById("one-time").textContent = password;
  document.getElementById("told").showModal();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const said = {
    name: form.name.value, role: form.role.value, confidential: form.confidential.checked,
    parks: form.role.value === "park_body" ? form.parks.value.split(/[,，、\s]+/).filter(Boolean) : [],
    department: form.role.value === "authority" ? form.department.value : "",
    district: form.role.value === "scheduler" ? form.district.value : "",
  };
  busy(document.getElementById("save"), async () => {
    try {
      if (one) await call(`/api/v1/users/${one.id}`, { method: "PATCH", body: said });
      else tell((await call("/api/v1/users", { method: "POST", body: { ...said, login: form.login.value } })).data.one_time_password);
      dialog.close();
      await load();
    } catch (error) {
      refused.textContent = `${error.message}。${error.hint ?? ""}`;
    }
  });
});

document.getElementById("reset-password").addEventListener("click", (event) => {
  if (!confirm(t(`重置 ${one.login} 的密码？其登录和令牌立即失效。`, `Reset the password of ${one.login}? Sessions and tokens end at once.`))) return;
  busy(event.target, async () => {
    const { data } = await call(`/api/v1/users/${one.id}/password`, { method: "POST" });
    dialog.close();
    tell(data.one_time_password);
    await load();
  });
});
document.getElementById("stop").addEventListener("click", (event) =>
  busy(event.target, async () => {
    await call(`/api/v1/users/${one.id}`, { method: "PATCH", body: { active: !one.active } });
    dialog.close();
    await load();
  }),
);
document.getElementById("cancel").addEventListener("click", () => dialog.close());
document.getElementById("told-close").addEventListener("click", () => document.getElementById("told").close());
document.getElementById("add").addEventListener("click", () => open(null));
document.getElementById("find").addEventListener("input", show);
load().catch(toast);
