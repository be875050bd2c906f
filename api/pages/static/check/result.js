// The result panel: rows that point at the map, tabs, answers that change only their rows.
import { call, t, toast } from "../app.js";
import { children, parse } from "./morph.js";
import { listen } from "./facts.js";

export function resultPanel(panel, view, { answered, said }) {
  const rows = () => [...panel.querySelectorAll("[role=tabpanel]:not([hidden]) .finding > details > summary")].filter((one) => one.offsetParent);
  const rowOf = (node) => node.closest?.(".finding");

  panel.addEventListener("mouseover", (event) => view.highlight(rowOf(event.target)?.dataset.code ?? openCode()));
  panel.addEventListener("mouseleave", () => view.highlight(openCode()));
  panel.addEventListener("focusin", (event) => rowOf(event.target) && view.highlight(rowOf(event.target).dataset.code));
  panel.addEventListener("toggle", (event) => {
    const row = rowOf(event.target);
    if (!row || event.target.parentElement !== row || !event.target.open) return;
    for (const other of panel.querySelectorAll(".finding > details[open]")) if (other !== event.target) other.open = false;
    view.highlight(row.dataset.code);
    view.focus(row.dataset.code);
  }, true);
  const openCode = () => panel.querySelector(".finding > details[open]")?.parentElement.dataset.code ?? null;

  // tabs
  panel.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) choose(tab);
  });
  panel.addEventListener("keydown", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (!tab || !["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    const all = [...panel.querySelectorAll("[role=tab]")];
    const at = all.indexOf(tab);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key];
    choose(all[(to + all.length) % all.length]).focus();
  });
  function choose(tab) {
    for (const one of panel.querySelectorAll("[role=tab]")) {
      const mine = one === tab;
      one.setAttribute("aria-selected", String(mine));
      one.tabIndex = mine ? 0 : -1;
      document.getElementById(one.getAttribute("aria-controls")).hidden = !mine;
    }
    const wide = tab.id !== "tab-findings";
    document.getElementById("check").classList.toggle("broad", wide);
    const pane = document.getElementById(tab.getAttribute("aria-controls"));
    if (pane.dataset.figures) draw(pane);
    return tab;
  }
  async function draw(pane) {
    const address = pane.dataset.figures;
    delete pane.dataset.figures;
    try {
      const { data } = await call(address, { headers: { Accept: "text/html" } });
      pane.replaceChildren(parse(data));
    } catch (error) {
      pane.dataset.figures = address;
      toast(error);
    }
  }

  listen(panel, async (key, value, field) => {
    const row = rowOf(field);
    if (!row || value === null) return;
    row.setAttribute("aria-busy", "true");
    try {
      await answered({ [key]: value });
      if (document.activeElement === document.body) row.querySelector("summary").focus({ preventScroll: true });
    } catch (error) {
      toast(error);
    } finally {
      row.removeAttribute("aria-busy");
    }
  });

  return {
    rows,
    choose: (key) => choose(document.getElementById(`tab-${key}`)),
    /** Show a report anew. */
    show(html) {
      panel.replaceChildren(parse(html));
      document.getElementById("check").classList.remove("broad");
    },
    /** Rows that changed change where they stand; the others do not move. */
    update(html) {
      const fresh = parse(html);
      const changed = [];
      for (const row of fresh.querySelectorAll(".finding")) {
        const held = panel.querySelector(`.finding[data-code="${CSS.escape(row.dataset.code)}"]`);
        if (!held) return this.show(html);
        const bare = (one) => one.outerHTML.replace(/ (aria-busy="true"|open=""|style=""|changed(?="))/g, "");
        if (bare(held) === bare(row)) continue;
        held.className = row.className;
        for (const name of ["data-severity", "data-drawn"]) row.hasAttribute(name) ? held.setAttribute(name, row.getAttribute(name)) : held.removeAttribute(name);
        children(held, row.cloneNode(true));
        held.classList.add("changed");
        setTimeout(() => held.classList.remove("changed"), 2600);
        changed.push(`${row.querySelector(".what").firstChild.textContent.trim()}${t("：", ": ")}${row.querySelector(".mark").textContent}`);
      }
      for (const key of ["lights", "tally", "head", "foot", "pane-sharing", "pane-indicators", "pane-lists", "pane-figures", "pane-sources"]) {
        const held = panel.querySelector(`[data-key="${key}"]`);
        const one = fresh.querySelector(`[data-key="${key}"]`);
        if (!held || !one || held.isEqualNode(one)) continue;
        const hidden = held.hidden;
        held.replaceWith(one);
        one.hidden = hidden;
      }
      const left = fresh.querySelector('[data-key="unsettled"]');
      const held = panel.querySelector('[data-key="unsettled"]');
      if (held) left ? held.replaceWith(left) : held.remove();
      said(changed.join(t("；", "; ")) || t("结果没有变化", "Nothing changed"));
      return changed;
    },
    step(by) {
      const all = rows();
      if (!all.length) return;
      const at = all.indexOf(document.activeElement);
      const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    },
    open(code) {
      const row = panel.querySelector(`.finding[data-code="${CSS.escape(code)}"]`);
      if (!row) return;
      row.closest("details.fold")?.setAttribute("open", "");
      const details = row.querySelector("details");
      details.open = true;
      details.querySelector("summary").focus({ preventScroll: true });
      row.scrollIntoView({ block: "center" });
    },
  };
}
