// One project: its red lines on a map, what changed between two, changes guarded by the version.
import { busy, call, colour, figure, t, toast } from "../app.js";
import { makeMap, siteStyle } from "../map.js";

const place = document.getElementById("project");
const number = place.dataset.number;
const lines = JSON.parse(document.getElementById("lines").textContent);
const url = `/api/v1/projects/${encodeURIComponent(number)}`;

if (lines.length) {
  const map = makeMap(document.getElementById("map"));
  const newest = L.geoJSON(lines.at(-1).geometry, { style: siteStyle }).addTo(map);
  map.fitBounds(newest.getBounds().pad(0.3));
  let shown = null;
  for (const button of document.querySelectorAll("[data-diff]"))
    button.addEventListener("click", () =>
      busy(button, async () => {
        const newer = Number(button.dataset.diff);
        const { data } = await call(`${url}/sites/${newer - 1}/${newer}`);
        shown?.remove();
        shown = L.featureGroup([
          L.geoJSON(data.added, { style: { color: colour("--state-clear"), fillColor: colour("--state-clear"), fillOpacity: 0.45, weight: 1.5 } }),
          L.geoJSON(data.removed, { style: { color: colour("--sev-prohibited"), fillColor: colour("--sev-prohibited"), fillOpacity: 0.45, weight: 1.5, dashArray: "4 3" } }),
        ]).addTo(map);
        const said = document.getElementById("diff");
        const unit = lines[newer - 1].area_m2 == null ? "m" : "m²";
        said.textContent = t(
          `第 ${newer} 版比第 ${newer - 1} 版：增加 ${figure(data.added_size)} ${unit}（绿），减少 ${figure(data.removed_size)} ${unit}（红虚线）`,
          `Version ${newer} against ${newer - 1}: ${figure(data.added_size)} ${unit} more (green), ${figure(data.removed_size)} ${unit} less (red, dashed)`,
        );
        said.hidden = false;
      }),
    );
}

document.getElementById("line")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const data = new FormData(event.target);
  const text = document.getElementById("l-text").value.trim();
  const files = data.getAll("site").filter((file) => file.name);
  if (text && !files.length) data.set("site", text);
  else if (!files.length) data.delete("site");
  for (const name of ["crs", "surveyor", "surveyed_on"]) if (!data.get(name)) data.delete(name);
  busy(event.submitter, async () => {
    try {
      await call(`${url}/sites`, { method: "POST", body: data });
      location.reload();
    } catch (error) {
      document.getElementById("l-refused").textContent = `${error.message}。${error.hint ?? ""}`;
    }
  });
});

const dialog = document.getElementById("change");
if (dialog) {
  const form = document.getElementById("change-form");
  const before = Object.fromEntries(new FormData(form));
  document.getElementById("edit").addEventListener("click", () => dialog.showModal());
  document.getElementById("c-cancel").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const now = Object.fromEntries(new FormData(form));
    const said = { };
    for (const name of new Set([...Object.keys(now), ...Object.keys(before)])) {
      if (now[name] === before[name]) continue;
      if (name === "key_project") said[name] = name in now;
      else if (["stage_days", "year"].includes(name)) said[name] = now[name] === "" ? null : Number(now[name]);
      else said[name] = now[name] === "" ? null : now[name];
    }
    if (!Object.keys(said).length) return dialog.close();
    busy(event.submitter, async () => {
      try {
        await call(url, { method: "PATCH", body: said, headers: { "If-Match": `"${place.dataset.version}"` } });
        location.reload();
      } catch (error) {
        document.getElementById("c-refused").textContent = `${error.message}。${error.hint ?? ""}`;
      }
    });
  });
}
window.addEventListener("unhandledrejection", (event) => toast(event.reason));
