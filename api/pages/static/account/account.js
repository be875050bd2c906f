// One's own account: password, tokens, signing out.
import { busy, call, el, t, toast } from "../app.js";

const list = document.querySelector("#tokens tbody");

async function show() {
  const { data } = await call("/api/v1/tokens");
  const rows = data.items.filter((row) => !row.revoked_at);
  list.replaceChildren(
    ...rows.map((row) =>
      el("tr", {}, el("td", {}, row.name), el("td", { class: "code" }, row.actions ? row.actions.join(", ") : t("全部", "all")), el("td", {}, row.expires_at.slice(0, 10)),
        el("td", { class: "right" }, el("button", { class: "small danger", onclick: (event) => busy(event.target, () => revoke(row)) }, t("撤销", "Revoke")))),
    ),
  );
  document.getElementById("no-tokens").hidden = rows.length > 0;
  document.getElementById("tokens").hidden = rows.length === 0;
}

async function revoke(row) {
  if (!confirm(t(`撤销令牌“${row.name}”？使用它的程序将立即无法访问。`, `Revoke ${row.name}? Programs that use it lose access at once.`))) return;
  await call(`/api/v1/tokens/${row.id}`, { method: "DELETE" });
  await show();
}

document.getElementById("token").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  busy(event.submitter, async () => {
    const actions = [...form.querySelectorAll("[name=actions]:checked")].map((box) => box.value);
    const { data } = await call("/api/v1/tokens", {
      method: "POST",
      body: { name: form.name.value, days: Number(form.days.value), actions: actions.length ? actions : null },
    });
    document.getElementById("made-token").textContent = data.token;
    document.getElementById("made").hidden = false;
    form.reset();
    await show();
  });
});

document.getElementById("password").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  busy(event.submitter, async () => {
    await call("/api/v1/account/password", { method: "PUT", body: { old: form.old.value, new: form.new.value } });
    form.reset();
    toast(t("密码已修改", "Password changed"));
  });
});

document.getElementById("sign-out").addEventListener("click", (event) =>
  busy(event.target, async () => {
    await call("/api/v1/session", { method: "DELETE" });
    location.assign("/");
  }),
);
show().catch(toast);
