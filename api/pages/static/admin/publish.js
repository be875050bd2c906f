// Upload data as an edition: a job with progress; what is refused is said with what to do.
import { busy, call, pick, t } from "../app.js";

const form = document.getElementById("publish");
const refused = document.getElementById("refused");
const work = document.getElementById("work");
const bar = document.getElementById("bar");
const step = document.getElementById("step");
let job = null;

for (const choice of form.querySelectorAll("[name=coverage]"))
  choice.addEventListener("change", () => (form.coverage_file.hidden = form.coverage.value !== "file"));

const say = (problem) => {
  refused.textContent = problem ? `${pick(problem.fact)}。${pick(problem.hint)}` : "";
  if (problem) refused.scrollIntoView({ block: "center" });
};

async function follow(url) {
  for (;;) {
    const { data } = await call(url);
    bar.max = data.total || 1;
    bar.value = data.done;
    step.textContent = data.state === "waiting" ? t("排队中…", "Waiting…") : t(`第 ${data.done} / ${data.total || "?"} 步`, `Step ${data.done} of ${data.total || "?"}`);
    if (!["waiting", "running"].includes(data.state)) return data;
    await new Promise((done) => setTimeout(done, 700));
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  say(null);
  if (!form.reportValidity()) return;
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value === "" || (value instanceof File && !value.name)) data.delete(name);
  if (data.get("coverage") !== "file") data.delete("coverage_file");
  busy(document.getElementById("go"), async () => {
    work.hidden = false;
    step.textContent = t("上传中…", "Uploading…");
    try {
      const answer = await call(`/api/v1/layers/${encodeURIComponent(form.dataset.layer)}/editions`, { method: "POST", body: data });
      job = answer.headers.get("location") ?? answer.data.links?.job ?? answer.data.job;
      const ended = await follow(job);
      if (ended.state === "done") location.assign(`/admin/layers/${encodeURIComponent(form.dataset.layer)}/log/${encodeURIComponent(ended.result.edition.id ?? ended.result.edition.edition)}`);
      else if (ended.state === "cancelled") say({ fact: t("已取消，没有发布任何内容", "Cancelled: nothing was published"), hint: "" });
      else say(ended.error?.error ?? ended.error);
    } catch (error) {
      refused.textContent = `${error.message}。${error.hint ?? ""}`;
    } finally {
      work.hidden = true;
      job = null;
    }
  });
});
document.getElementById("stop").addEventListener("click", () => job && call(job, { method: "DELETE" }));
