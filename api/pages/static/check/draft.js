// What the user is about to check: kept in this browser tab, so that an ended session loses nothing.
const KEY = "lantu.check.draft";
const MOST = 3_000_000;

export const fresh = () => ({ text: "", files: [], name: "", crs: "", merge: false, accept: false, n: null, facts: {}, scenario: "", projectCode: "", open: false });

/** Fields of the form as the service reads them. */
export function formOf(draft, asOf, issue = false) {
  const form = new FormData();
  if (draft.files.length) draft.files.forEach((file) => form.append("site", file, file.name));
  else form.append("site", draft.text);
  const fields = { n: draft.n, crs: draft.crs, scenario: draft.scenario, as_of: asOf, project_code: draft.projectCode };
  for (const [name, value] of Object.entries(fields)) if (value) form.append(name, value);
  if (draft.merge) form.append("merge", "true");
  if (draft.accept) form.append("accept_repair", "true");
  if (issue) form.append("issue", "true");
  if (Object.keys(draft.facts).length) form.append("project", JSON.stringify(draft.facts));
  return form;
}

export async function keep(draft) {
  const files = await Promise.all(draft.files.map(async (file) => ({ name: file.name, data: await base64(file) })));
  const text = JSON.stringify({ ...draft, files });
  if (text.length > MOST) return;
  try {
    sessionStorage.setItem(KEY, text);
  } catch {
    sessionStorage.removeItem(KEY); // the tab's store is full: the page works without it
  }
}

export function kept() {
  const stored = sessionStorage.getItem(KEY);
  if (!stored) return null;
  const draft = { ...fresh(), ...JSON.parse(stored) };
  draft.files = draft.files.map(({ name, data }) => new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name));
  return draft;
}

const base64 = (file) =>
  new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.readAsDataURL(file);
  });
