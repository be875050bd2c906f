// Narrow a list by words and by state; what is chosen stays in the address.
const find = document.getElementById("find");
const buttons = [...document.querySelectorAll("[data-filter]")];
const rows = [...document.querySelectorAll("[data-text]")];
const address = new URL(location.href);

function narrow() {
  const words = find.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const states = buttons.filter((b) => b.getAttribute("aria-pressed") === "true").map((b) => b.dataset.filter);
  for (const row of rows) {
    const text = row.dataset.text.toLowerCase();
    row.hidden = !(words.every((w) => text.includes(w)) && (!states.length || states.includes(row.dataset.state)));
  }
  for (const group of document.querySelectorAll("[data-group]"))
    group.hidden = [...group.querySelectorAll("[data-text]")].every((row) => row.hidden);
  document.getElementById("none").hidden = rows.some((row) => !row.hidden);
  address.search = "";
  if (words.length) address.searchParams.set("q", words.join(" "));
  for (const state of states) address.searchParams.append("state", state);
  history.replaceState(null, "", address);
}

find.value = address.searchParams.get("q") ?? "";
for (const button of buttons) {
  button.setAttribute("aria-pressed", address.searchParams.getAll("state").includes(button.dataset.filter));
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") !== "true");
    narrow();
  });
}
find.addEventListener("input", narrow);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/input|textarea|select/i.test(event.target.tagName)) {
    event.preventDefault();
    find.focus();
  }
});
narrow();
