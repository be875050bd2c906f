// Controls for facts of a project, wherever they stand: in the cards, or in a row that asks.

/** Call `given(key, value)` when somebody answers inside `root`; null: not known. */
export function listen(root, given) {
  root.addEventListener("change", (event) => {
    const field = event.target;
    if (field.dataset.fact) {
      if (!field.checkValidity()) return void field.reportValidity();
      const value = field.value.trim();
      mark(field, value);
      given(field.dataset.fact, value === "" ? null : value, field);
    } else if (field.dataset.factSet) chosen(root, field, given);
  });
  root.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || field.localName !== "input" || !field.dataset.fact) return;
    event.preventDefault();
    field.blur(); // the browser itself tells of the change, once
    field.focus();
  });
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-unknown]");
    if (!button || button.getAttribute("aria-pressed") === "true") return;
    const box = button.parentElement;
    box.querySelectorAll("input").forEach((field) => (field.type === "checkbox" ? (field.checked = false) : (field.value = "")));
    button.setAttribute("aria-pressed", "true");
    given(button.dataset.unknown, null, button);
  });
}

function mark(field, value) {
  field.parentElement.querySelector("[data-unknown]")?.setAttribute("aria-pressed", String(value === ""));
}

function chosen(root, field, given) {
  const box = field.closest(".choice");
  const all = [...box.querySelectorAll("[data-fact-set]")];
  if (field.checked) all.forEach((one) => (one.checked = one === field || (one.checked && "none" in one.dataset === "none" in field.dataset)));
  const none = all.some((one) => one.checked && "none" in one.dataset);
  const values = all.filter((one) => one.checked && !("none" in one.dataset)).map((one) => one.value);
  box.querySelector("[data-unknown]")?.setAttribute("aria-pressed", String(!none && !values.length));
  given(field.dataset.factSet, none ? [] : values.length ? values : null, field);
}
