// What every page needs: calls with CSRF, refusals shown as they are said, small helpers.
const meta = (name) => document.querySelector(`meta[name=${name}]`)?.content ?? "";
export const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
export const t = (zh, en) => (lang === "zh" ? zh : en);
export const pick = (text) => (text == null ? "" : typeof text === "string" ? text : text[lang] ?? text.zh ?? "");
export const staticPrefix = meta("static");

/** A refusal of the server, with code, fact and hint. */
export class Refusal extends Error {
  constructor(problem, status) {
    super(problem?.fact ? pick(problem.fact) : t("服务暂时无法应答", "The service does not answer"));
    this.problem = problem ?? {};
    this.status = status;
    this.hint = problem?.hint ? pick(problem.hint) : t("请检查网络后重试", "Check the network and try again");
  }
}

/** Call the HTTP interface; `body` may be FormData or a value sent as JSON. Throws a Refusal. */
export async function call(path, { method = "GET", body, headers = {}, signal } = {}) {
  const sent = { method, headers: { Accept: "application/json", ...headers }, signal, credentials: "same-origin" };
  if (method !== "GET") sent.headers["X-CSRF-Token"] = meta("csrf");
  if (body instanceof FormData) sent.body = body;
  else if (body !== undefined) {
    sent.body = JSON.stringify(body);
    sent.headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(path, sent);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(null, 0);
  }
  const type = response.headers.get("content-type") ?? "";
  const data = type.includes("json") ? await response.json() : await response.text();
  if (!response.ok) throw new Refusal(typeof data === "object" ? data : null, response.status);
  return { data, status: response.status, headers: response.headers };
}

/** Say something in the corner; a refusal is said with what to do. */
export function toast(what, bad = false) {
  const item = document.createElement("div");
  const refusal = what instanceof Refusal;
  item.className = bad || what instanceof Error ? "toast bad" : "toast";
  item.textContent = refusal ? `${what.message}。${what.hint}` : what instanceof Error ? what.message : what;
  document.getElementById("toasts").append(item);
  setTimeout(() => item.remove(), refusal ? 9000 : 4500);
}

/** Make an element: el("a", {href: "/x", class: "button"}, "text", child …). Text is never markup. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "style") made.style.cssText = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Keep a button busy while work is done; a refusal becomes a toast. */
export async function busy(button, work) {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    return await work();
  } catch (error) {
    if (error.name !== "AbortError") toast(error);
    return undefined;
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

export const figure = (value, digits = 2) =>
  value == null ? "—" : Number(value).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Rows and cards that lead somewhere answer to the mouse and to Enter.
document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-href]");
  if (row && !event.target.closest("a,button,input,select,label")) location.assign(row.dataset.href);
});
document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.("[data-href]");
  if (row && event.key === "Enter" && event.target === row) location.assign(row.dataset.href);
});
// Forms marked data-call send themselves to the interface, say what was refused, and go on.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-call]");
  if (!form) return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button");
  const data = new FormData(form);
  const body = form.enctype === "multipart/form-data" ? data : Object.fromEntries(data);
  const done = await busy(button, () => call(form.dataset.call, { method: form.dataset.method ?? "POST", body }));
  if (done) location.assign(form.dataset.next ?? location.href);
});
