// Sign in; where the password was given out once, ask for one's own before going on.
import { busy, call, t } from "../app.js";

const form = document.getElementById("sign-in");
const renew = document.getElementById("new-password");
const value = (id) => document.getElementById(id).value;
const say = (id, error) => (document.getElementById(id).textContent = error ? `${error.message}。${error.hint ?? ""}` : "");
const onward = () => location.assign(form.dataset.next);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  say("refused");
  busy(form.querySelector("button"), async () => {
    try {
      const { data } = await call("/api/v1/session", { method: "POST", body: { login: value("login"), password: value("password") } });
      document.querySelector("meta[name=csrf]").content = data.csrf;
      if (!data.must_change) return onward();
      form.hidden = true;
      renew.hidden = false;
      document.getElementById("fresh").focus();
    } catch (error) {
      say("refused", error);
      document.getElementById("password").select();
    }
  });
});

renew.addEventListener("submit", (event) => {
  event.preventDefault();
  if (value("fresh") !== value("again")) {
    document.getElementById("refused-new").textContent = t("两次输入不一致", "The two differ");
    return;
  }
  busy(renew.querySelector("button"), async () => {
    try {
      await call("/api/v1/account/password", { method: "PUT", body: { old: value("password"), new: value("fresh") } });
      onward();
    } catch (error) {
      say("refused-new", error);
    }
  });
});
